-- An installation as schema control 7, region 9 left it. Never edited: today's code must read it.
INSERT INTO users VALUES (10, 'dev@history.example', 'Old Developer', NULL, 1, 0, 1, 1795000000000000, 1794999999999000, 0);
INSERT INTO organizations VALUES (20, 'history', 'History', 'active', 'member', 0, 1, 1794999999999500);
INSERT INTO projects VALUES (30, 20, 'shop', 'Shop', 'node', 'active', 3, 1794999999999700, '{}', 42, 5, 1794999999999600);
INSERT INTO session_counts VALUES (20, 30, 'shop@1.2.3', 'production', 498611, 12, 1, 0, 0, 1, 50000000, 10, '', 'hAQIDBAUGBwg', '', '', '', '');
