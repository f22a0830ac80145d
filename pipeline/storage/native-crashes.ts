const CRASHES = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE'] as const;

/**
 * Gives the signals of a crash in native code back to the system, which ends the process.
 *
 * The engine catches them, writes a report and lets the process stand there for ever, with the crashed thread holding what
 * it holds; a process that has ended is started again and continues. Node puts back the system's own action when the
 * last listener of a signal goes.
 */
export function letCrashesEndTheProcess(): void {
  const nothing = () => undefined;
  for (const signal of CRASHES) {
    process.on(signal, nothing);
    process.off(signal, nothing);
  }
}
