import { realpathSync } from 'node:fs'
import { runProgram } from '../serving/call.ts'
import { startFiles } from './server.ts'

/** What one file may have that is uploaded, in bytes. */
const usualMost = 1_073_741_824

const usage = `Serves the files of the working directory on a unix socket, and nothing outside of it.

Usage: main.ts --socket PATH [--most-upload-bytes BYTES]

GET / is a page of them.

  --socket PATH              where to listen; nobody else may connect to it
  --most-upload-bytes BYTES  how large a file may be that is uploaded (${usualMost})
  -h, --help                 this

Example: main.ts --socket /tmp/files.sock
`

await runProgram({ name: 'files', usage, counts: ['most-upload-bytes'] }, ({ socket, numbers }) =>
  startFiles({
    socket,
    directory: realpathSync(process.cwd()),
    mostUploadBytes: numbers.get('most-upload-bytes') ?? usualMost,
  }),
)
