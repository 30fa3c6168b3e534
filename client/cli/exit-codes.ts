/** What the exit code of `debug-server` tells. A followed command's own code passes through instead. */
export const exitCodes = {
  success: 0,
  failure: 1,
  usage: 2,
  notAuthorised: 3,
  notFound: 4,
  notReachable: 5,
} as const

/** As shells report a program that a signal has ended. */
export const signalExitCodes = { SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const

export const exitCodesHelp = `Exit codes:
  0  success
  1  failure
  2  wrong usage: an unknown command or flag, or a value that is not allowed
  3  not authorised, or no server or token configured
  4  not found
  5  the server cannot be reached
  With --follow: the followed command's own exit code; 124 where it timed out, 130 after Ctrl+C.`
