import { oneCall } from '../one-call.ts'
import { renderProbes } from '../render/recorded.ts'
import { renderStopDiff } from '../render/stop-diff.ts'
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

const remove = { value: 'N' }

export const debugTrace: Words<'debug.trace'> = {
  path: ['debug', 'trace'],
  places: ['session'],
  rest: {
    field: 'functions',
    value: 'FILE:FUNCTION…',
    describe: 'whose calls to record, the file relative to the top of the worktree; none: list them',
    bare: true,
  },
  flags: { debug, functions: false, remove },
  examples: ['@last src/cart.py:total_of src/cart.py:Cart.add', '@last --remove 1', '@last'],
  act: oneCall('debug.trace', renderProbes),
}

export const debugWatch: Words<'debug.watch'> = {
  path: ['debug', 'watch'],
  places: ['session', 'at', 'expression'],
  flags: { debug, remove },
  examples: [
    '@last src/cart.py:12 total',
    '@last \'src/cart.py:"total +="\' "len(items)" --changes',
    '@last src/cart.py:14 total --remove 2',
  ],
  act: oneCall('debug.watch', renderProbes),
}

export const debugRecorded: Words<'debug.recorded'> = {
  path: ['debug', 'recorded'],
  places: ['session'],
  flags: {
    debug,
    from: { value: 'N' },
    limit: { value: 'N' },
    wait: { read: 'seconds', value: 'DURATION' },
  },
  examples: ['@last', '@last --from 100 --wait 10s'],
  act: () => import('../acts/debug-recorded.ts'),
}

export const debugDiff: Words<'debug.diff'> = {
  path: ['debug', 'diff'],
  places: ['session'],
  flags: { debug, from: { value: 'N' }, to: { value: 'N' } },
  examples: ['@last', '@last --from 2 --to 5'],
  act: oneCall('debug.diff', renderStopDiff),
}
