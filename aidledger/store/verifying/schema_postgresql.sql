WITH ours AS (
  -- What extensions brought is nobody's.
  SELECT c.*, n.nspname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND NOT EXISTS (
    SELECT 1 FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
), tables AS (
  SELECT * FROM ours WHERE relkind IN ('r', 'p')
)
-- Which relations there are; whether rows of some are kept from some; whether a crash may lose them.
SELECT 'relation' AS kind, relname::text AS name, concat_ws(' ',
  relkind, relpersistence,
  CASE WHEN relrowsecurity THEN 'row security' END,
  CASE WHEN relforcerowsecurity THEN 'forced' END
) AS definition
FROM ours WHERE relkind NOT IN ('i', 'I', 't')
UNION ALL
SELECT 'column', t.relname || '.' || a.attname, concat_ws(' ',
  format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attnotnull THEN 'not null' END,
  pg_get_expr(d.adbin, d.adrelid), nullif(a.attgenerated, ''), nullif(a.attidentity, '')
)
FROM tables t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL
-- NOT NULL stands with the column; newer servers tell of it here, too.
SELECT 'constraint', t.relname || '.' || k.conname, concat_ws(' ',
  pg_get_constraintdef(k.oid), CASE WHEN NOT k.convalidated THEN 'not validated' END
)
FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'index', o.relname, concat_ws(' ',
  replace(pg_get_indexdef(o.oid), ' ON ' || quote_ident(o.nspname) || '.', ' ON '),
  CASE WHEN NOT i.indisvalid THEN 'not valid' END
)
FROM ours o JOIN pg_index i ON i.indexrelid = o.oid
UNION ALL
SELECT 'rule', t.relname || '.' || r.rulename, pg_get_ruledef(r.oid)
FROM tables t JOIN pg_rewrite r ON r.ev_class = t.oid
UNION ALL
SELECT 'policy', tablename || '.' || policyname,
  concat_ws(' ', permissive, cmd, roles, 'USING', qual, 'WITH CHECK', with_check)
FROM pg_policies WHERE schemaname = current_schema()
UNION ALL
SELECT 'child table', h.inhrelid::regclass::text, t.relname
FROM tables t JOIN pg_inherits h ON h.inhparent = t.oid
UNION ALL
-- A function or an operator of somebody else is taken before the server's own where it fits a call better.
SELECT 'function', p.oid::regprocedure::text, p.prosrc
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = ANY (current_schemas(false))
WHERE NOT EXISTS (
  SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
) AND n.nspname <> 'pg_catalog'
UNION ALL
SELECT 'operator', o.oid::regoperator::text, ''
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace AND n.nspname = ANY (current_schemas(false))
WHERE NOT EXISTS (
  SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e'
) AND n.nspname <> 'pg_catalog'
UNION ALL
-- What another schema of the search path has under a name of ours. Of temporary tables a session sees its own.
SELECT 'table', n.nspname || '.' || c.relname, 'in another schema of the search path'
FROM tables t
JOIN pg_class c ON c.relname = t.relname AND c.oid <> t.oid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = ANY (current_schemas(true))
UNION ALL
-- Where functions of its own come before the server's, nothing means what it says.
SELECT 'schema', current_schema(), 'before pg_catalog in the search path'
WHERE array_position(current_schemas(true), current_schema())
  < array_position(current_schemas(true), 'pg_catalog'::name)
