/**
 * Something the person at the keyboard can put right: a taken port, a missing tool, a full disk. The message is one
 * sentence that says what is wrong and what to do; whoever catches it prints the message and never a stack trace.
 */
export class StackFault extends Error {
  /** Lines that explain the sentence (the end of a log), printed below it. */
  readonly evidence: readonly string[];

  constructor(sentence: string, evidence: readonly string[] = []) {
    // Also as the cause: a test runner shows that of an error nobody caught.
    super(sentence, evidence.length > 0 ? { cause: evidence.join('\n') } : {});
    this.name = 'StackFault';
    this.evidence = evidence;
  }
}

/**
 * The code of a failed system call (`EACCES`, `ENOSPC`, …), or '' for any other error. By shape, not `instanceof`: under
 * jest the errors of Node's own modules are of another realm's class.
 */
export function systemErrorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

export function errorMessage(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** What a person is shown of any error: the sentence and, below it, the lines that explain it. */
export function faultText(error: unknown): string {
  const evidence = error instanceof StackFault ? error.evidence : [];
  return [errorMessage(error), ...evidence.map((line) => `  ${line}`)].join('\n');
}
