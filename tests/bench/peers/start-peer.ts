import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Address } from './told.ts'

/** A server of this directory in a process of its own. Disposing of it waits for its end. */
export type Peer = AsyncDisposable & { readonly child: ChildProcess; readonly address: Address }

export async function startPeer(name: string, ...words: string[]): Promise<Peer> {
  const script = join(import.meta.dirname, `${name}.ts`)
  const child = spawn(process.execPath, ['--expose-gc', script, ...words], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  return {
    child,
    address: await told(child, 'url'),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

/** The next message with this member: a test's own framework may send others. */
export async function told<T>(child: ChildProcess, member: string): Promise<T> {
  for (;;) {
    const [message] = await once(child, 'message')
    if (member in message) return message
  }
}
