import { items } from '../readers/items.ts'
import { list } from '../readers/list.ts'
import { debuggeeOutput } from '../readers/output.ts'
import { page } from '../readers/page.ts'
import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

/** What the operations that let a debuggee run say of their result. */
const thenWhat =
  'Returns where it stopped (file, line, function, source line, and the exception if there is one) or how it ended (reason and exit code). Where status is still "running" after the wait, it has not stopped: wait on with debug_status, or stop it with debug_pause. Processes that it has started are in children, each a debug session of its own: act on one that has stopped by its id as debug.'
const wait = 30

export const debugLaunch: Words<'debug.launch'> = {
  tool: 'debug_launch',
  title: 'Start a program under the debugger',
  description: `Start a program of the session's worktree under its debugger and run it to the first breakpoint, uncaught exception or end. Give one of python (a file), module (of Python, such as unittest or pytest), binary (of C, C++ or Rust, built with debug information), node and go, with arguments; or pid, to attach to a process of debug_processes, which runs on when debug_terminate lets go of it. Give breakpoints as FILE:LINE. ${thenWhat} Look at breakpoints in the result: one that is not verified will not stop, and its message says why. Then use debug_variables, debug_stack and debug_evaluate, go on with debug_next, debug_step_in, debug_step_out or debug_continue, and end with debug_terminate.`,
  defaults: { wait },
  reader: whole('debug.launch'),
}

export const debugEngines: Words<'debug.engines'> = {
  tool: 'debug_engines',
  title: 'Which debuggers there are',
  description:
    'The debuggers of the server, each with the fields of debug_launch that name programs for it, its version, and, where it is missing, the command that installs it.',
  reader: list('debug.engines'),
}

export const debugProcesses: Words<'debug.processes'> = {
  tool: 'debug_processes',
  title: 'List processes to attach to',
  description:
    'The processes of the session that run now: pid and command to give to debug_launch, which attaches a debugger to a process that runs already, such as a server or a program that hangs; and which debuggers are for it.',
  reader: list('debug.processes'),
}

export const debugList: Words<'debug.list'> = {
  tool: 'debug_list',
  title: 'List debug sessions',
  description:
    'The debug sessions of a session, newest first, each with its state, with parent those of processes that it has started, its breakpoints, and how it ended.',
  reader: items('debug.list'),
}

export const debugStatus: Words<'debug.status'> = {
  tool: 'debug_status',
  title: 'Where a debuggee stands',
  description:
    'Whether a debuggee is running, where it is stopped, or how it ended, and its breakpoints. With wait it answers as soon as it has stopped or ended.',
  reader: whole('debug.status'),
}

export const debugBreak: Words<'debug.break'> = {
  tool: 'debug_break',
  title: 'Set or remove breakpoints',
  description:
    'Add breakpoints, change them (ask for the same place again), or with remove take them away; without any named nothing changes. Each is FILE:LINE, FILE:"text of the line", or an object: {"kind":"line","at":"app.py:12","condition":"x > 3","hit_condition":"%100","log_message":"x is {x}"}, {"kind":"function","name":"f"}, {"kind":"exception","filter":"raised"}, {"kind":"data","expression":"total"}. One with a log_message does not stop: debug_output has what it says. Returns all that there are: one that is not verified will not stop, and its message says why (no such file, no code on that line).',
  idempotent: true,
  reader: list('debug.break'),
}

export const debugContinue: Words<'debug.continue'> = {
  tool: 'debug_continue',
  title: 'Continue',
  description: `Let a stopped debuggee run to the next breakpoint, uncaught exception or its end. ${thenWhat}`,
  defaults: { wait },
  reader: whole('debug.continue'),
}

export const debugNext: Words<'debug.next'> = {
  tool: 'debug_next',
  title: 'Step over',
  description: `Run a stopped debuggee to the next line of the same function, over calls. ${thenWhat}`,
  defaults: { wait },
  reader: whole('debug.next'),
}

export const debugStepIn: Words<'debug.step_in'> = {
  tool: 'debug_step_in',
  title: 'Step in',
  description: `Run a stopped debuggee into the function that its line calls. ${thenWhat}`,
  defaults: { wait },
  reader: whole('debug.step_in'),
}

export const debugStepOut: Words<'debug.step_out'> = {
  tool: 'debug_step_out',
  title: 'Step out',
  description: `Run a stopped debuggee until its function has returned. ${thenWhat}`,
  defaults: { wait },
  reader: whole('debug.step_out'),
}

export const debugStepBack: Words<'debug.step_back'> = {
  tool: 'debug_step_back',
  title: 'Step back',
  description: `Go back to the line before, where the debugger can; most cannot, and say so. ${thenWhat}`,
  defaults: { wait },
  reader: whole('debug.step_back'),
}

export const debugUntil: Words<'debug.until'> = {
  tool: 'debug_until',
  title: 'Run to a line',
  description: `Let a stopped debuggee run to a line (FILE:LINE or FILE:"TEXT"), unless a breakpoint or an exception stops it before. Nothing is left behind there. ${thenWhat}`,
  defaults: { wait },
  reader: whole('debug.until'),
}

export const debugPause: Words<'debug.pause'> = {
  tool: 'debug_pause',
  title: 'Pause',
  description:
    'Stop a running debuggee wherever it is, for example where it hangs. One that is stopped stays so. Returns where it stopped.',
  defaults: { wait },
  idempotent: true,
  reader: whole('debug.pause'),
}

export const debugThreads: Words<'debug.threads'> = {
  tool: 'debug_threads',
  title: 'List threads',
  description: 'The threads of a debuggee by id and name. Other tools take the id as thread.',
  reader: page('debug.threads'),
}

export const debugStack: Words<'debug.stack'> = {
  tool: 'debug_stack',
  title: 'Show the stack',
  description:
    'The call stack of a stopped debuggee, innermost frame first, each frame with its function, place and source line. Other tools take the index of a frame as frame.',
  reader: page('debug.stack'),
}

export const debugScopes: Words<'debug.scopes'> = {
  tool: 'debug_scopes',
  title: 'List scopes',
  description:
    'The scopes of a stack frame, such as locals and globals. debug_variables shows what is in one, by its name or reference; without either it shows the locals.',
  reader: list('debug.scopes'),
}

export const debugVariables: Words<'debug.variables'> = {
  tool: 'debug_variables',
  title: 'Read variables',
  description:
    'The variables of a stopped debuggee: the locals of the innermost frame, or of the frame, scope or reference that is given. One whose reference is above 0 has parts: call again with that reference to see them. References are good until the debuggee goes on. For one value, debug_evaluate is shorter.',
  reader: page('debug.variables'),
}

export const debugEvaluate: Words<'debug.evaluate'> = {
  tool: 'debug_evaluate',
  title: 'Evaluate an expression',
  description:
    'Evaluate an expression in a frame of a stopped debuggee, such as "total + 1" or "len(items)". It runs in the program and may change it. Returns the value as text, its type, and a reference above 0 where debug_variables can show its parts.',
  reader: whole('debug.evaluate'),
}

export const debugOutput: Words<'debug.output'> = {
  tool: 'debug_output',
  title: "Read a debuggee's output",
  description:
    'What a debuggee has written to stdout and stderr, and what its debugger has said (messages: what logpoints say), from the bytes given on, from the beginning without any. With wait it answers as soon as there is some, or the debuggee has stopped or ended. Go on with the cursor; there is one until the debuggee has ended and all has been read (complete).',
  reader: debuggeeOutput,
}

export const debugRestart: Words<'debug.restart'> = {
  tool: 'debug_restart',
  title: 'Launch anew',
  description: `End a debuggee, if it has not ended, and launch the same program again with the breakpoints that there are. That is a new debug session, and the latest. ${thenWhat}`,
  defaults: { wait },
  destructive: true,
  reader: whole('debug.restart'),
}

export const debugRerun: Words<'debug.rerun'> = {
  tool: 'debug_rerun',
  title: 'Patch and launch anew',
  description: `Try a fix in one call: apply a unified diff to the worktree as it is now, end the debuggee, and launch the same program again with the breakpoints that there are (those set by text find their line again). A patch that does not apply changes nothing: the refusal says where. The result is a new debug session, and the latest. ${thenWhat}`,
  defaults: { wait },
  destructive: true,
  reader: whole('debug.rerun'),
}

export const debugTerminate: Words<'debug.terminate'> = {
  tool: 'debug_terminate',
  title: 'End a debuggee',
  description:
    'End a debuggee with everything it started. Do this when you are done; one that has ended stays as it is. Returns how it ended.',
  defaults: { wait },
  idempotent: true,
  destructive: true,
  reader: whole('debug.terminate'),
}

export const debugControl: Words<'debug.control'> = {
  tool: 'debug_control',
  title: 'Take or hand on the control',
  description:
    'Where several people and agents work on one debug session, only one acts at a time. You need this only where a tool was refused with control_held, or to keep others from acting while you think: action take (act alone from now on, until release or ten minutes without an act), ask (get it next; with wait it answers when you have it), pass (to a viewer, or to who has asked first), release. Returns who has the control and who has asked for it (control, null where nobody has it), and who you are (you).',
  defaults: { wait },
  reader: whole('debug.control'),
}

export const debugViewers: Words<'debug.viewers'> = {
  tool: 'debug_viewers',
  title: 'Who watches a debug session',
  description:
    'The people and agents who watch a debug session, when each has acted, and who has the control.',
  reader: list('debug.viewers'),
}

export const debugTranscript: Words<'debug.transcript'> = {
  tool: 'debug_transcript',
  title: 'Read the debug record',
  description:
    'Every message between the server and the debug adapter (Debug Adapter Protocol), with times and who caused it, from start on. For what a debuggee looked like at an earlier stop, debug_replay is shorter.',
  defaults: { limit: 50 },
  reader: page('debug.transcript'),
}

export const debugReplay: Words<'debug.replay'> = {
  tool: 'debug_replay',
  title: 'Look back at a stop',
  description:
    'What was seen of a debuggee at one of its stops (at, default: the last), from the record, also when it has ended: the stop, stack, scopes, variables, what was evaluated, and the output by then. Only what somebody asked for while it stood there is known; missing says what was not.',
  reader: whole('debug.replay'),
}
