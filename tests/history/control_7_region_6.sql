-- An installation as schema control 7, region 6 left it. Never edited: today's code must read it.
INSERT INTO users VALUES (10, 'dev@history.example', 'Old Developer', NULL, 1, 0, 1, 1795000000000000, 1794999999999000, 0);
INSERT INTO user_emails VALUES (11, 10, 'dev@history.example', 'dev@history.example', 1, 1, 1794999999999000);
INSERT INTO organizations VALUES (20, 'history', 'History', 'active', 'member', 0, 1, 1794999999999500);
INSERT INTO organization_members VALUES (21, 20, 10, NULL, 'owner', 0, 1, 'dev@history.example', 1, 1794999999999600, 'approved', NULL, NULL, NULL, 'Old Developer', 0);
INSERT INTO projects VALUES (30, 20, 'shop', 'Shop', 'node', 'active', 3, 1794999999999700, '{"dataScrubber":false}', 42, 5, 1794999999999600);
INSERT INTO project_redirects VALUES (20, 'old-shop', 30);
INSERT INTO project_keys VALUES (31, 20, 30, '0123456789abcdef0123456789abcdef', 'Default', 1, 100, 60, 1794999999999600);
INSERT INTO releases VALUES (32, 20, 'shop@1.2.3-rc.1+5', 'open', NULL, NULL, 'shop', 1, 2, 3, 0, 'rc.1', '5', '[]', '', 1794999999999650, NULL);
INSERT INTO release_projects VALUES (20, 32, 30, 1);
INSERT INTO environments VALUES (33, 20, 'production', 1794999999999650);
INSERT INTO environment_projects VALUES (20, 33, 30, 0);
INSERT INTO issues VALUES (34, 20, 30, 42, 'ignored', 'archived_until_condition_met', 75, 'error', 40, 'node', '', 'TypeError: x is not a function', 'checkout', 'TypeError x is not a function checkout',
  '{"type":"TypeError","value":"x is not a function"}', 7, 1794999999999700, 1794999999999900, 1794999999999700, NULL, 32, 'user:10', 3, 4, 1, '', NULL);
INSERT INTO issue_hashes VALUES (20, 30, '5d41402abc4b2a76b9719d911017c592', 34, NULL);
INSERT INTO issue_snoozes VALUES (34, 20, NULL, 10, NULL, NULL, NULL, 7, 4, 10, 1794999999999950);
INSERT INTO issue_marks VALUES (20, 34, 10, 1794999999999950, 1, 1, 'bookmark');
INSERT INTO issue_activities VALUES (35, 20, 30, 34, 'note', 10, '{"text":"seen before"}', 1794999999999950);
INSERT INTO user_reports VALUES (20, 30, '9ec79c33ec9942ab8353589fcb2e04dc', 34, 'Una', 'una@history.example', 'it broke', 1794999999999800);
INSERT INTO monitors VALUES (36, 20, 30, 'a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5', 'nightly', 'Nightly', 'active',
  '{"schedule":{"type":"crontab","value":"0 3 * * *"},"checkin_margin":5,"timezone":"Europe/Vienna"}', 1, 1794999999999600);
INSERT INTO monitor_environments VALUES (20, 36, 'production', 'error', 1, 0, 1794999999999900, 1795003600000000, 1795003900000000);
INSERT INTO intake_settings VALUES (20, '{"quotas":{"events_per_hour":500}}', 1, 1794999999999600);
