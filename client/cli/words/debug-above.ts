import { debuggeeArguments, debuggeeFlags } from './debuggee.ts'
import type { Words } from './words.ts'

const debug = { value: 'ID' }

export const debugRunToFailure: Words<'debug.run_to_failure'> = {
  path: ['debug', 'run-to-failure'],
  places: ['session'],
  rest: debuggeeArguments,
  flags: {
    ...debuggeeFlags,
    debug,
    wait: { read: 'seconds', value: 'DURATION' },
  },
  examples: [
    '@last --module unittest -- test_stack',
    '@last --module pytest --keep -- -x tests/test_cart.py',
    '@last --python app.py --wait 10s',
    '@last --debug dbg_0123456789ab --keep',
    '@last --binary build/app --json -- --input data.csv',
  ],
  act: () => import('../acts/debug-run-to-failure.ts'),
}
