-- An installation as schema control 3, region 1 left it. Never edited: today's code must read it.
INSERT INTO users VALUES (10, 'owner@history.example', 'Old Owner', NULL, 1, 0, 3, 1795000000000000, 1794999999999000);
INSERT INTO user_emails VALUES (11, 10, 'Owner@History.example', 'owner@history.example', 1, 1, 1794999999999000);
INSERT INTO sessions VALUES (12, '614a758033be0cd068e039c236474b53c4d6bdde7be054035bb930977f2e702f', 10, 3,
  '[{"kind":"password","at":1795000000000000},{"kind":"sso","at":1795000000000000,"organization":20,"provider":30,"revision":1,"identity":40}]',
  '192.0.2.1', 'history', 1795000000000000, 1795000000000000, 1795604800000000);
INSERT INTO api_tokens VALUES (13, 10, 'ci', 'abcd', 'ddb838a0a85ef98f175e320e7204b8cf247d9177b8b5174a831581078479ddf8', 'org:read', 1795000000000000, NULL, NULL);
INSERT INTO organizations VALUES (20, 'history', 'History', 'active', 'manager', 1, 4, 1794999999999500);
INSERT INTO organization_members VALUES (21, 20, 10, NULL, 'owner', 1, 2, 'Owner@History.example', 1, 1794999999999600);
INSERT INTO auth_providers VALUES (30, 20, 'oidc', 'History IdP', 'https://idp.history.example',
  'v1.test.AQEBAQEBAQEBAQEBu9Fi3g9HAcSh0hZWejSdeNgPfUhP9y8rYjNJT5I6mEFKd7BIgwdcWORzOmv6TkG-_AfUyl5-fFS2b2kDdh83ZdOEqUbm4ZHWvwRF3Vu1Sp3bLZnJqPtLbwkqUC7m1mrUr_hP9U-wwjGYmLO7I23Z-b6NbgvcgCfTHVzQkw0glstey0_sQCaaY2Xav82DgNPVV-pR3DBP7sxO9BRmL-nsmUemNriGRiMm5xOvh9fWGlnbzURfJkdSKa8FicbFEDmIncl5FeIsMVDw-7kjIVUUBSVMfYxy6yD1N6JfpPuImUgeiX6CWatAtI50dmlZQpSwLjCKKRhqO6KulxK9Coiqvsc-fuXA0I51ilOPsBOPN4edcIrQp1Q9hVEj5jiGIBCG-dHOxygw1Xla3SeSSjnZTlJwIVKchWg-cDwVSIbLVPWgIa1XjWlPZVWHHvqXQd25zNJ703hm3RW1Pw9AHzzHoUa2yLCtTDPCM279qfFdhK5hRFgPOfDxfz2ezCLV42GdmbJ1OXJAecLtP0lxr-_EI6nMFNSFMOJBuCRbJ-QCSPcKlA2l60YbxOZrRzEHnNbrxIAzmnmNGh6Yk9UR5SNPPpxZ64zUU1KNo4gxv1a7V547AyuYr6G0sb9zxmp0oWKmJv4lotpRvbvzdB5PE1nA2IvekmWxWJJdNZ2Z3JYMhw3lLxH2pUVniYHqs6Rv26xgzyinkIuRBU0fa6NbssGmDt4fIcRIQOo9PJXDuQuS', 1, 1, 1794999999999700, 1794999999999700);
INSERT INTO auth_identities VALUES (40, 30, 20, 10, 'https://idp.history.example', 'subject-1', 'owner@history.example',
  'v1.test.AgICAgICAgICAgICIiQV1Gnj0RE69KlGTb_9T9OZFtDe6LHdp9M045qNHBJpqoFQi2u7B0VdVwUdld0', 1, NULL, 2, 1795000000000000, 1795000000000000, 1794999999999800);
INSERT INTO audit_log VALUES (50, 20, 60, 10, 'owner@history.example', 30, NULL, '192.0.2.1', '{"provider":"oidc"}', 'corr-1', 1794999999999900);
INSERT INTO control_outbox VALUES (60, 0, 20, 105, 20, '{"role":"member","actor_label":"owner"}', 0, 0, 0, 1795000000000000, NULL, NULL);
