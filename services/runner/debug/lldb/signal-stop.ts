export type SignalStop = {
  readonly name: string
  /** What is said of its cause. */
  readonly cause: string | null
}

/** A stop by a signal, from lldb-dap's description of it: `signal SIGSEGV: address not mapped to object (…)`. */
export function signalStop(description: string | undefined): SignalStop | undefined {
  const [, name, cause] = /^signal (SIG\w+)(?:: (.*))?$/s.exec(description ?? '') ?? []
  return name === undefined ? undefined : { name, cause: cause ?? null }
}
