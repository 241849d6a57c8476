-- Statistics that ANALYZE gathers are nobody's table.
SELECT type, name, coalesce(sql, '')
FROM sqlite_master
WHERE type <> 'trigger' AND name NOT LIKE 'sqlite!_stat%' ESCAPE '!'
