import { exitCodes } from '../exit-codes.ts'
import { hint } from '../hint.ts'
import { print } from '../print.ts'
import { renderFailureReport } from '../render/failure-report.ts'
import { typedAgain } from '../typed-again.ts'
import type { Act } from '../words/words.ts'

/** Shows what failed; ends like the program: with 0 where nothing did. */
export const act: Act<'debug.run_to_failure'> = async (input, context) => {
  const report = await context.client.debug.run_to_failure(input)
  await print(context, report, renderFailureReport)
  if (report.kept) {
    const named = typedAgain({ session: input.session, debug: report.debug })
    await hint(
      context,
      `it stands there: look on with "debug-server debug variables ${named}", run on with "debug-server debug run-to-failure ${named}"`,
    )
  }
  return report.outcome === 'passed' ? exitCodes.success : exitCodes.failure
}
