import { runProgram } from '../serving/call.ts'
import { startTerminal } from './server.ts'

const usage = `Serves terminals on a unix socket, in ttyd's protocol; GET / is a page with one.

Usage: main.ts --socket PATH [-- PROGRAM [ARGUMENT...]]

The program, or your shell, starts in the working directory when a terminal of its name is first opened (/ws?id=NAME).
It goes on when nobody looks at it, and ends with this.

  --socket PATH  where to listen; nobody else may connect to it
  -h, --help     this

Example: main.ts --socket /tmp/terminal.sock -- bash -l
`

await runProgram({ name: 'terminal', usage }, ({ socket, words }) =>
  startTerminal({ socket, words, directory: process.cwd(), environment: process.env }),
)
