import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Test } from 'tap'

const programs = resolve(import.meta.dirname, '../../../../services/proxy/programs')

export type Files = Readonly<Record<string, string | Uint8Array>>

/** A workspace with files, beside a directory that is none of it. */
export async function makeWorkspace(t: Test, files: Files = {}) {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'workspace-')))
  t.teardown(() => rm(top, { recursive: true, force: true }))
  const [root, outside] = [join(top, 'root'), join(top, 'outside')]
  for (const directory of [root, outside]) await mkdir(directory)
  await writeFile(join(outside, 'secret'), 'the secret of somebody else\n')
  const put = async (name: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  for (const [name, content] of Object.entries(files)) await put(name, content)
  return { root, outside, put }
}

/** One of the programs, started in a directory as the gateway does, and a call of a tool of it. */
export async function startProgram(
  t: Test,
  name: 'workspace-fs' | 'grep',
  cwd: string,
  path = process.env.PATH ?? '',
) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(programs, name, 'main.ts')],
    env: { PATH: path },
    cwd,
  })
  const client = new Client({ name: 'test', version: '1.0.0' })
  const ended = new Promise<void>(resolve => {
    client.onclose = resolve
  })
  await client.connect(transport)
  t.teardown(() => client.close())
  const call = async (tool: string, input: Record<string, unknown>, signal?: AbortSignal) => {
    const answer = await client.callTool(
      { name: tool, arguments: input },
      undefined,
      signal === undefined ? {} : { signal },
    )
    const { content, isError } = answer as CallToolResult
    const texts = content.map(part => (part.type === 'text' ? part.text : ''))
    return { texts, text: texts[0] ?? '', failed: isError === true }
  }
  return { client, call, ended, pid: transport.pid }
}

/** From now on `d` is a directory, then a link to the outside, then a directory, as fast as it goes. */
export async function exchange(t: Test, root: string): Promise<void> {
  const program = `
    const { renameSync } = require('node:fs')
    process.chdir(${JSON.stringify(root)})
    console.log('ready')
    const names = ['link', 'real']
    for (;;) {
      try { renameSync('d', 'kept') } catch {}
      const name = names.reverse()[0]
      try { renameSync(name, 'd') } catch {}
      try { renameSync('d', name) } catch {}
      try { renameSync('kept', 'd') } catch {}
    }`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
}
