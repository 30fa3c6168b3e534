import { type Prompt, steps } from './prompt.ts'

export const findHang: Prompt = {
  name: 'find_hang',
  title: 'Find where a program hangs',
  description:
    'Run a Python program under the debugger until it hangs, pause it, and say what each thread waits for',
  takes: {
    session: { description: 'the session: its id, or @last', required: true, named: 'session' },
    program: { description: 'the Python file or module, with its arguments', required: true },
    seconds: { description: 'how long it runs when all is well; default: 10' },
  },
  text: ({ session, program, seconds = '10' }) => `This Python program hangs in the session ${session}:

${program}

${steps(
  `Start it with debug_launch (session "${session}"), and let it run for ${seconds} seconds with debug_status and wait. Where it ends by itself, say how, and stop.`,
  'Stop it where it is with debug_pause. List its threads with debug_threads, and read the stack of each with debug_stack.',
  'Look at what the innermost frames of your program wait for or count: debug_variables, debug_evaluate. For a loop, go a few rounds with debug_next and see which value should change and does not. For a lock, find the thread that holds it.',
  'Let it go on with debug_continue for a moment and pause it again: what stands at the same place twice is where it hangs.',
  'End it with debug_terminate. Answer with the place (file and line), what is waited for, and why that never comes.',
)}`,
}
