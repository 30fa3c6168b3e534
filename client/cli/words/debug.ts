import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { renderControl, renderViewers } from '../render/control.ts'
import { renderDebugEngines } from '../render/debug-engines.ts'
import { renderDebugSessions } from '../render/debug-session.ts'
import { renderProcesses } from '../render/processes.ts'
import { renderReplay } from '../render/replay.ts'
import { renderScopes } from '../render/variables.ts'
import { untilStop } from '../until-stop.ts'
import { debuggeeArguments, debuggeeFlags } from './debuggee.ts'
import type { Words } from './words.ts'

const debug = { value: 'ID' }
const thread = { value: 'N' }
const frame = { value: 'N' }
const followFlag = { name: 'follow', describe: 'go on with what comes, until the debug session ends' }
const page = { start: { value: 'N' }, limit: { value: 'N' } }
const breakAt = 'where to stop, as FILE:LINE or FILE:"TEXT", relative to the top of the worktree'
/** A step that is not over by then is told as running. */
const wait = { read: 'seconds', value: 'DURATION', default: '30s' } as const

export const debugLaunch: Words<'debug.launch'> = {
  path: ['debug', 'launch'],
  places: ['session'],
  rest: debuggeeArguments,
  flags: {
    ...debuggeeFlags,
    pid: { value: 'N' },
    command: { value: 'ID' },
    breakpoints: { name: 'break', value: 'FILE:LINE', describe: breakAt },
    exceptions: { value: 'WHICH' },
    trace: { value: 'FILE:FUNCTION' },
    children: { value: 'HOW' },
    wait,
  },
  extras: [{ name: 'function', value: 'NAME', describe: 'stop wherever this function begins, such as main' }],
  examples: [
    '@last --python app.py --break app.py:12',
    '@last --module unittest --break stack.py:9 -- -v test_stack',
    '@last --python app.py --stop-on-entry --env DEBUG=1 --timeout 10m -- --input data.csv',
    '@last --binary build/app --break src/app.c:40',
    '@last --binary build/app --function main',
    '@last --binary build/app --core core.1234 --engine gdb',
    '@last --node server.js --break server.js:7',
    '@last --go ./cmd/app --break cmd/app/main.go:12',
    '@last --python app.py --trace app.py:total_of --trace app.py:Cart.add',
    '@last --pid 12 --break app.py:12',
  ],
  act: () => import('../acts/debug-launch.ts'),
}

export const debugEngines: Words<'debug.engines'> = {
  path: ['debug', 'engines'],
  examples: ['', '--json'],
  act: oneCall('debug.engines', renderDebugEngines),
}

export const debugProcesses: Words<'debug.processes'> = {
  path: ['debug', 'processes'],
  places: ['session'],
  examples: ['@last', '@last --json'],
  act: oneCall('debug.processes', renderProcesses),
}

export const debugList: Words<'debug.list'> = {
  path: ['debug', 'list'],
  places: ['session'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['@last', '@last --json'],
  act: listCall(({ debug }) => debug.list, renderDebugSessions),
}

export const debugStatus: Words<'debug.status'> = {
  path: ['debug', 'status'],
  places: ['session'],
  flags: { debug, wait: { read: 'seconds', value: 'DURATION' } },
  examples: ['@last', '@last --wait 30s'],
  act: untilStop('debug.status'),
}

export const debugBreak: Words<'debug.break'> = {
  path: ['debug', 'break'],
  places: ['session'],
  rest: {
    field: 'breakpoints',
    value: 'FILE:LINE…',
    describe: `${breakAt}; none: list them`,
    bare: true,
  },
  flags: { debug, breakpoints: false, ids: { name: 'id', value: 'N' } },
  extras: [
    { name: 'if', value: 'EXPR', describe: 'only where this is true' },
    { name: 'hits', value: 'N', describe: 'at the Nth hit alone; >=N: from it on; %N: at each Nth' },
    { name: 'log', value: 'TEXT', describe: 'say this instead of stopping, with {expressions} in braces' },
    { name: 'text', value: 'FILE:TEXT', describe: 'the line that holds this text' },
    { name: 'function', value: 'NAME', describe: 'wherever this function begins' },
    { name: 'exception', value: 'FILTER', describe: "one of the debugger's filters, such as raised" },
    { name: 'data', value: 'EXPR', describe: 'where this variable is written to' },
  ],
  examples: [
    '@last app.py:12 app.py:20',
    '@last app.py:12 --if "total > 10"',
    '@last app.py:12 --hits %100',
    "@last app.py:12 --log 'total is {total}'",
    "@last --text 'app.py:return total'",
    '@last --function total_of',
    '@last --exception raised',
    '@last app.py:12 --remove',
    '@last --id 3 --remove',
    '@last --clear',
    '@last',
  ],
  act: () => import('../acts/debug-break.ts'),
}

export const debugContinue: Words<'debug.continue'> = {
  path: ['debug', 'continue'],
  places: ['session'],
  flags: { debug, thread, wait },
  examples: ['@last', '@last --wait 0'],
  act: untilStop('debug.continue'),
}

export const debugNext: Words<'debug.next'> = {
  path: ['debug', 'next'],
  places: ['session'],
  flags: { debug, thread, wait },
  examples: ['@last', '@last --granularity instruction'],
  act: untilStop('debug.next'),
}

export const debugStepIn: Words<'debug.step_in'> = {
  path: ['debug', 'step-in'],
  places: ['session'],
  flags: { debug, thread, wait },
  examples: ['@last'],
  act: untilStop('debug.step_in'),
}

export const debugStepOut: Words<'debug.step_out'> = {
  path: ['debug', 'step-out'],
  places: ['session'],
  flags: { debug, thread, wait },
  examples: ['@last'],
  act: untilStop('debug.step_out'),
}

export const debugStepBack: Words<'debug.step_back'> = {
  path: ['debug', 'step-back'],
  places: ['session'],
  flags: { debug, thread, wait },
  examples: ['@last'],
  act: untilStop('debug.step_back'),
}

export const debugUntil: Words<'debug.until'> = {
  path: ['debug', 'until'],
  places: ['session', 'at'],
  flags: { debug, thread, wait },
  examples: ['@last app.py:20', `@last 'app.py:"return total"'`],
  act: untilStop('debug.until'),
}

export const debugPause: Words<'debug.pause'> = {
  path: ['debug', 'pause'],
  places: ['session'],
  flags: { debug, wait },
  examples: ['@last'],
  act: untilStop('debug.pause'),
}

export const debugStack: Words<'debug.stack'> = {
  path: ['debug', 'stack'],
  places: ['session'],
  flags: { debug, thread, ...page },
  examples: ['@last', '@last --thread 2 --limit 5'],
  act: () => import('../acts/debug-stack.ts'),
}

export const debugVariables: Words<'debug.variables'> = {
  path: ['debug', 'variables'],
  places: ['session'],
  flags: { debug, thread, frame, scope: { value: 'NAME' }, reference: { value: 'N' }, ...page },
  examples: ['@last', '@last --frame 1', '@last --scope Globals', '@last --reference 5 --start 100'],
  act: () => import('../acts/debug-variables.ts'),
}

export const debugEvaluate: Words<'debug.evaluate'> = {
  path: ['debug', 'evaluate'],
  places: ['session', 'expression'],
  flags: { debug, thread, frame, timeout: { read: 'seconds', value: 'DURATION' } },
  examples: ['@last "total + 1"', '@last "len(items)" --frame 1', '@last "image list" --shell'],
  act: () => import('../acts/debug-evaluate.ts'),
}

export const debugThreads: Words<'debug.threads'> = {
  path: ['debug', 'threads'],
  places: ['session'],
  flags: { debug, ...page },
  examples: ['@last'],
  act: () => import('../acts/debug-threads.ts'),
}

export const debugScopes: Words<'debug.scopes'> = {
  path: ['debug', 'scopes'],
  places: ['session'],
  flags: { debug, thread, frame },
  examples: ['@last', '@last --frame 1'],
  act: oneCall('debug.scopes', renderScopes),
}

export const debugOutput: Words<'debug.output'> = {
  path: ['debug', 'output'],
  places: ['session'],
  flags: {
    debug,
    stdout: { value: 'N' },
    stderr: { value: 'N' },
    messages: { value: 'N' },
    limit: { value: 'N' },
    wait: { read: 'seconds', value: 'DURATION' },
  },
  examples: ['@last', '@last --stdout 65536 --stderr 0 --messages 0', '@last --wait 30s', '@last --json'],
  act: () => import('../acts/debug-output.ts'),
}

export const debugRestart: Words<'debug.restart'> = {
  path: ['debug', 'restart'],
  places: ['session'],
  flags: { debug, wait },
  examples: ['@last', '@last --wait 0'],
  act: untilStop('debug.restart'),
}

export const debugRerun: Words<'debug.rerun'> = {
  path: ['debug', 'rerun'],
  places: ['session'],
  flags: { debug, patch: { read: 'file', value: 'FILE' }, wait },
  examples: ['@last --patch fix.patch', '@last --patch -'],
  act: untilStop('debug.rerun'),
}

export const debugTerminate: Words<'debug.terminate'> = {
  path: ['debug', 'stop'],
  places: ['session'],
  flags: { debug, wait },
  examples: ['@last', '@last --wait 0'],
  act: untilStop('debug.terminate'),
}

export const debugControl: Words<'debug.control'> = {
  path: ['debug', 'control'],
  places: ['session', 'action'],
  flags: {
    debug,
    to: { value: 'VIEWER' },
    idle: { read: 'seconds', value: 'DURATION' },
    wait: { read: 'seconds', value: 'DURATION' },
  },
  examples: ['@last take', '@last ask --wait 30s', '@last pass --to maria', '@last release'],
  act: oneCall('debug.control', renderControl),
}

export const debugViewers: Words<'debug.viewers'> = {
  path: ['debug', 'viewers'],
  places: ['session'],
  flags: { debug },
  examples: ['@last', '@last --json'],
  act: oneCall('debug.viewers', renderViewers),
}

export const debugTranscript: Words<'debug.transcript'> = {
  path: ['debug', 'transcript'],
  places: ['session'],
  flags: {
    debug,
    start: { value: 'N' },
    limit: { value: 'N' },
    wait: { read: 'seconds', value: 'DURATION' },
  },
  extras: [followFlag],
  examples: ['@last', '@last --start 200 --limit 50', '@last --follow', '@last --follow --json'],
  act: () => import('../acts/debug-transcript.ts'),
}

export const debugReplay: Words<'debug.replay'> = {
  path: ['debug', 'replay'],
  places: ['session'],
  flags: {
    debug,
    at: { value: 'N' },
    thread,
    frame,
    scope: { value: 'NAME' },
    reference: { value: 'N' },
    ...page,
  },
  examples: ['@last', '@last --at 3', '@last --at 3 --frame 1', '@last --at 3 --reference 5'],
  act: oneCall('debug.replay', renderReplay),
}
