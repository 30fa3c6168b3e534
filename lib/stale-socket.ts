import { lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { UserError } from './user-error.ts'

/** Makes room for a unix socket: a file that a dead process left is removed. Throws a UserError where `who` still listens. */
export async function removeStaleSocket(path: string, who: string): Promise<void> {
  switch (await answers(path)) {
    case 'yes':
      throw new UserError(`${who} listens on ${path}`, { fix: 'end it first, or use another socket' })
    case 'no':
      // A plain file refuses connections, too.
      if (!(await lstat(path)).isSocket()) throw new UserError(`${path} is there already, and is no socket`)
      await unlink(path)
      return
    case 'missing':
  }
}

/** Whether somebody accepts connections there. Someone who is stopped still does. */
function answers(path: string): Promise<'yes' | 'no' | 'missing'> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('yes')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('missing')
      else if (error.code === 'ECONNREFUSED') resolve('no')
      else reject(new Error(`the socket ${path} cannot be used`, { cause: error }))
    })
  })
}
