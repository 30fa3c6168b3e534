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

/** What each code means, in the order in which it is told. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.success, 'success'],
  [exitCodes.failure, 'failure'],
  [exitCodes.usage, 'wrong usage: an unknown command or flag, or a value that is not allowed'],
  [exitCodes.notAuthorised, 'not authorised, or no server or token configured'],
  [exitCodes.notFound, 'not found'],
  [exitCodes.notReachable, 'the server cannot be reached'],
]

export const followedCodes =
  "With --follow: the followed command's own exit code; 124 where it timed out, 130 after Ctrl+C."

export const exitCodesHelp = `Exit codes:
${exitCodeMeanings.map(([code, meaning]) => `  ${code}  ${meaning}`).join('\n')}
  ${followedCodes}`
