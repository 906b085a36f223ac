/** The server's error codes that this front itself raises, with the server's names for them. */
const codes = {
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_FORMAT: 73,
  UNKNOWN_TYPE_OF_QUERY: 78,
  UNKNOWN_SETTING: 115,
  READONLY: 164,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  INTO_OUTFILE_NOT_ALLOWED: 358,
  ZLIB_INFLATE_FAILED: 354,
  AUTHENTICATION_FAILED: 516,
  UNKNOWN_EXCEPTION: 1002,
} as const;

export type FrontErrorName = keyof typeof codes;

/** An error as ClickHouse reports it: a number, a name and a sentence. */
export class ClickHouseFault extends Error {
  readonly code: number;
  /** `UNKNOWN_TABLE` and the like; what client libraries call the error's type. */
  readonly type: string;

  constructor(code: number, type: string, sentence: string) {
    super(sentence);
    this.name = 'ClickHouseFault';
    this.code = code;
    this.type = type;
  }
}

export function fault(type: FrontErrorName, sentence: string): ClickHouseFault {
  return new ClickHouseFault(codes[type], type, sentence);
}

const wrapped = /^Code: (\d+)\. DB::Exception: ([\s\S]*?)\s*\(([A-Z0-9_]+)\)(?: \(version [^)]*\)\.?)?$/;

/**
 * Reads the engine's error text. It often holds the same error twice, one inside the other (the embedded client reports
 * what its server said): the innermost sentence is kept, under the outer code. Anything else becomes code 1002.
 */
export function faultFromEngine(error: unknown): ClickHouseFault {
  if (error instanceof ClickHouseFault) return error;
  const text = (error instanceof Error ? error.message : String(error)).trim();
  const outer = wrapped.exec(text);
  if (outer === null) return fault('UNKNOWN_EXCEPTION', text);
  let sentence = outer[2]!;
  for (let inner = wrapped.exec(sentence); inner !== null; inner = wrapped.exec(sentence)) sentence = inner[2]!;
  return new ClickHouseFault(Number(outer[1]), outer[3]!, sentence);
}

/** The text of a server's error answer, with its line end. */
export function renderFault({ code, type, message }: ClickHouseFault, version: string): string {
  return `Code: ${code}. DB::Exception: ${message} (${type}) (version ${version})\n`;
}

const statuses: readonly [status: number, codes: readonly number[]][] = [
  [401, [194]],
  // Unknown user, wrong password, authentication failed, a role not granted, access denied.
  [403, [192, 193, 516, 512, 497]],
  // What cannot be parsed or is of the wrong type: arguments, texts, dates, numbers, addresses, columns, syntax.
  [400, [36, 427, 6, 25, 26, 38, 41, 72, 441, 675, 676, 27, 376, 15, 44, 37, 123, 8, 167, 168, 223, 62, 117, 53, 321]],
  // What does not exist: table, function, identifier, type, engine, database, setting, format, kind of query, role.
  [404, [60, 46, 47, 50, 56, 81, 115, 152, 63, 73, 336, 78, 511]],
  [408, [159]],
  [411, [381]],
  [413, [229]],
  [415, [779]],
  [501, [48]],
  [503, [209, 76, 439]],
];

/** The HTTP status a server answers with for an error code; 500 for every code without one of its own, READONLY too. */
export function httpStatus(code: number): number {
  return statuses.find(([, list]) => list.includes(code))?.[0] ?? 500;
}
