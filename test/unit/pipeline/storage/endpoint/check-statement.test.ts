import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RejectedError } from '../../../../../pipeline/core/errors.js';
import { checkStatement } from '../../../../../pipeline/storage/endpoint/check-statement.js';
import { processorMs } from '../../../../support/processor-time.js';

const TABLE_FUNCTIONS = new Set([
  'file',
  'url',
  's3',
  'remote',
  'executable',
  'numbers',
  'view',
  'merge',
  'brandnew',
]);
const check = (sql: string) => checkStatement(sql, TABLE_FUNCTIONS);

describe('The check of a statement from outside', () => {
  it.each([
    'SELECT 1',
    'select count() from documents;',
    'SELECT * FROM mentions WHERE series = {series:String} AND event_time >= now() - INTERVAL 1 DAY FORMAT JSON',
    'WITH t AS (SELECT 1 AS x) SELECT x FROM t',
    'SELECT \'DROP TABLE x; -- into outfile\' AS text, "url" FROM documents',
    'DESCRIBE TABLE documents',
    'SHOW TABLES',
    'SHOW CREATE TABLE mentions',
    'EXPLAIN SELECT 1',
    'SELECT name FROM system.tables',
    'SELECT * FROM numbers(10) SETTINGS join_use_nulls = 1, output_format_json_quote_64bit_integers = 0',
    'SELECT url, settings FROM documents',
    'SELECT 1 AS format FROM numbers(1)',
    'SELECT count(*) FROM system.tables',
    "SELECT format('{}', 1)",
    'SELECT quantile(0.5)(negative) FROM mentions GROUP BY series',
  ])('lets through: %s', (sql) => {
    expect(check(sql).sql).toBe(sql.replace(/;$/, ''));
  });

  it('hands on what it has read: no comments, and nothing behind the end', () => {
    expect(check("SELECT/* ; */1 -- ; end\n, 'it\\'s -- \"' AS `a b`\u00a0;; ").sql).toBe(
      "SELECT 1 , 'it\\'s -- \"' AS `a b`",
    );
  });

  it('takes no longer than its length asks for', () => {
    const began = processorMs();
    expect(() => check(`SELECT 1${' '.repeat(250_000)}x;`)).not.toThrow();
    expect(processorMs() - began).toBeLessThan(1_000);
  });

  it.each([
    ['', /only one/],
    ["SELECT 1 AS a$x$ INTO OUTFILE '/tmp/pwned' -- $x$", /cannot be read/],
    ["SELECT 1 AS a$x$, file('/etc/passwd') AS b$x$", /cannot be read/],
    ["SELECT $a b$ ' $a b$, file('/etc/passwd') AS x --'", /cannot be read/],
    ["SELECT 1 SETTINGS output_format_schema = 'x.proto'", /output_format_schema/],
    ['SELECT * FROM erased_documents', /not shown/],
    ['SELECT * FROM dead_letter_marks', /not shown/],
    ['SELECT * FROM evidence_subjects', /not shown/],
    ['DROP TABLE documents', /only one/],
    ['INSERT INTO documents VALUES (1)', /only one/],
    ['SELECT 1; SELECT 2', /more than one/],
    ['SELECT 1;;DROP TABLE documents', /more than one/],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", /INTO/],
    ["SELECT 1 in/**/to outfile '/tmp/x'", /OUTFILE/],
    ["SELECT * FROM file('/etc/passwd')", /table function file/],
    ["SELECT * FROM/**/FILE ('/etc/passwd')", /table function FILE/],
    ["SELECT * FROM `file`('/etc/passwd')", /table function file/],
    ["SELECT file('/etc/passwd')", /file/],
    ["SELECT * APPLY(file) FROM (SELECT '/etc/passwd')", /APPLY/],
    ["SELECT * FROM url('http://169.254.169.254/')", /table function url/],
    ["SELECT * FROM s3('x')", /table function/],
    ["SELECT * FROM merge('system', '.*')", /table function merge/],
    ['SELECT * FROM brandNew(1)', /table function/],
    ["SELECT dictGet('d', 'a', 1)", /function dictGet/],
    ['SELECT sleep(3)', /function sleep/],
    ["SELECT getServerSetting('x')", /function getServerSetting/],
    ['SELECT * FROM dead_letters', /not shown/],
    ['SELECT * FROM "dead_letters"', /not shown/],
    ['SELECT * FROM "dead\\x5fletters"', /cannot be read/],
    ['SELECT * FROM {t:Identifier}', /name of something/],
    ['SELECT * FROM system.users', /system.users/],
    ['SELECT * FROM "system" . `process\\x65s`', /cannot be read/],
    ['SELECT * FROM system . processes', /system.processes/],
    ['SELECT 1 SETTINGS readonly = 0', /setting readonly/],
    ['SELECT 1 SETTINGS join_use_nulls = 1, max_memory_usage = 0', /max_memory_usage/],
    ['SELECT 1 SETTINGS join_use_nulls = -1, readonly = 0', /setting readonly/],
    ['SELECT 1 SETTINGS join_use_nulls = (1), readonly = 0', /no plain/],
    ['SELECT fullHostName()', /fullHostName/],
    ['SELECT current_user()', /current_user/],
    ['SELECT * FROM system.tables', /no paths/],
    ['SELECT t.* FROM "system"."databases" AS t', /no paths/],
    ['SELECT data_paths FROM system.tables', /no paths/],
    ["SELECT COLUMNS('path') FROM system.tables", /no paths/],
    ['SHOW PROCESSLIST', /SHOW/],
    ['EXPLAIN DROP TABLE documents', /EXPLAIN/],
    ['WITH 1 AS x INSERT INTO t SELECT x', /INTO/],
    ["SELECT 'open", /cannot be read/],
    ['SELECT /* open', /cannot be read/],
    ['SELECT $a$ open', /cannot be read/],
    ['SELECT “x”', /cannot be read/],
    ['SET readonly = 0', /only one/],
    ['SYSTEM SHUTDOWN', /only one/],
    ['KILL QUERY WHERE 1', /only one/],
  ])('refuses: %s', (sql, why) => {
    expect(() => check(sql)).toThrow(RejectedError);
    expect(() => check(sql)).toThrow(why);
  });

  it('says which format the statement asks for', () => {
    expect(check('SELECT 1 FORMAT Parquet').format).toBe('Parquet');
    expect(check("SELECT 'FORMAT CSV'").format).toBeNull();
    expect(check('SELECT 1 AS format FROM numbers(1)').format).toBeNull();
    expect(check('SELECT 1 AS format FROM numbers(1) FORMAT CSV SETTINGS join_use_nulls = 1').format).toBe(
      'CSV',
    );
  });

  it('says which settings the statement names, with their values', () => {
    const { settings } = check(
      "SELECT 1 SETTINGS join_use_nulls = 1, output_format_x = -2, date_time_output_format = 'iso'",
    );
    expect([...settings]).toEqual([
      ['join_use_nulls', '1'],
      ['output_format_x', '-2'],
      ['date_time_output_format', "'iso'"],
    ]);
  });

  it('never lets a second statement through, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        let passed: string | null = null;
        try {
          passed = check(`SELECT ${before}; DROP TABLE documents ${after}`).sql;
        } catch (error) {
          expect(error).toBeInstanceOf(RejectedError);
        }
        // Only where the rest is inside a string or a comment.
        if (passed !== null) expect(before).toMatch(/['"`$#]|--|\/\*/);
      }),
    );
  });

  it('takes time in proportion to the length', () => {
    const began = processorMs();
    for (const part of ["'", '/*', '(', 'a.', '--\n', '$$', '`a`']) {
      expect(() => check(`DROP ${part.repeat(60_000)}`)).toThrow(RejectedError);
    }
    expect(processorMs() - began).toBeLessThan(2_000);
  });
});
