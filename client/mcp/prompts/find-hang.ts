import { type Prompt, steps } from './prompt.ts'

export const findHang: Prompt = {
  name: 'find_hang',
  title: 'Find where a program hangs',
  description: 'Run a program under the debugger until it hangs, and say what each thread waits for',
  takes: {
    session: { description: 'the session: its id, or @last', required: true, named: 'session' },
    program: { description: 'the program, with its arguments', required: true },
    seconds: { description: 'how long it runs when all is well; default: 10' },
  },
  text: ({ session, program, seconds = '10' }) => `This program hangs in the session ${session}:

${program}

${steps(
  `Run it with run_to_failure (session "${session}", wait ${seconds}, keep): where it hangs it is stopped, and the report tells where it and its other threads stand. Where it ends by itself, say how, and stop.`,
  'Look at what the innermost frames of your program wait for or count: debug_stack with thread, debug_variables, debug_evaluate. For a loop, go a few rounds with debug_next and see which value should change and does not. For a lock, find the thread that holds it.',
  'Let it go on with debug_continue for a moment and stop it again with debug_pause: what stands at the same place twice is where it hangs.',
  'End it with debug_terminate. Answer with the place (file and line), what is waited for, and why that never comes.',
)}`,
}
