import { Session } from 'chdb';

import { quoted } from '../bind-values.js';

export interface EndpointLimits {
  readonly maxSeconds: number;
  readonly maxMemoryBytes: number;
  readonly maxRows: number;
}

export interface EndpointAnswer {
  readonly bytes: Buffer;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly seconds: number;
}

const MAX_RESULT_BYTES = 100_000_000;

/**
 * Runs one checked statement in a session of its own, read-only and limited, and answers with the bytes as the engine made
 * them. A session costs half a millisecond, and nothing of one caller is left for the next.
 */
export async function runReading(
  path: string,
  sql: string,
  options: {
    readonly format: string;
    readonly params: ReadonlyMap<string, string>;
    /** Checked names with SQL literals. */
    readonly settings: ReadonlyMap<string, string>;
    readonly limits: EndpointLimits;
  },
): Promise<EndpointAnswer> {
  const { format, params, limits } = options;
  const session = new Session(path);
  try {
    const settings = [
      `max_execution_time = ${limits.maxSeconds}`,
      "timeout_overflow_mode = 'throw'",
      `max_memory_usage = ${limits.maxMemoryBytes}`,
      `max_result_rows = ${limits.maxRows}`,
      `max_result_bytes = ${MAX_RESULT_BYTES}`,
      'max_threads = 1',
      'use_query_condition_cache = 0',
      'max_subquery_depth = 20',
      'max_ast_elements = 20000',
    ];
    await session.queryAsync(`SET ${settings.join(', ')}`);
    // Before readonly, which refuses every change.
    for (const [name, value] of options.settings) await session.queryAsync(`SET ${name} = ${value}`);
    for (const [name, value] of params) await session.queryAsync(`SET param_${name} = ${quoted(value)}`);
    await session.queryAsync('SET readonly = 1');
    const result = await session.queryAsync(sql, { format });
    return {
      bytes: Buffer.from(result.bytes()),
      rowsRead: result.rowsRead,
      bytesRead: result.bytesRead,
      seconds: result.elapsed,
    };
  } finally {
    session.close();
  }
}

/** Names of the engine's table functions, lower case. */
export async function readTableFunctions(path: string): Promise<ReadonlySet<string>> {
  const session = new Session(path);
  try {
    const result = await session.queryAsync('SELECT lower(name) FROM system.table_functions', {
      format: 'TSV',
    });
    return new Set(
      result
        .text()
        .split('\n')
        .filter((name) => name !== ''),
    );
  } finally {
    session.close();
  }
}
