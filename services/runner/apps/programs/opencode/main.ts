import { UserError } from '../../../../../lib/user-error.ts'
import { runProgram } from '../serving/call.ts'
import { startOpencode } from './server.ts'

const usage = `Runs opencode in the working directory, behind a unix socket, which needs no password. What the directory configures is not
heeded: its plugins and servers would run at the first request.

Usage: main.ts --socket PATH --program PATH

  --socket PATH    where to listen; nobody else may connect to it
  --program PATH   opencode itself
  -h, --help       this

Example: main.ts --socket /tmp/opencode.sock --program /usr/local/bin/opencode
`

await runProgram({ name: 'opencode', usage, texts: ['program'] }, ({ socket, texts }) => {
  const program = texts.get('program')
  if (program === undefined)
    throw new UserError('opencode: it needs --program PATH', {
      fix: 'opencode is installed by: npm install opencode-ai',
    })
  return startOpencode({
    ...{ socket, program, worktree: process.cwd(), environment: process.env },
    tell: line => void process.stdout.write(`${line}\n`),
    ended(code) {
      console.error(`opencode has ended by itself with ${code ?? 'a signal'}`)
      process.exit(1)
    },
  })
})
