import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { EditorClient } from './editor-client.ts'
import { groundFor } from './matrix/ground.ts'
import { type LanguageName, languages, missingFor } from './matrix/languages.ts'

/**
 * Debuggers have commands of their own, by which they run whatever a shell does. Nobody comes to them by what is meant for an
 * expression or a place, nor do files of the worktree: each of these would leave a file if it were run.
 */
t.setTimeout(260_000)

/** What would leave the file: commands, and expressions that have some within. */
const escapes = (file: string): Readonly<Record<string, readonly string[]>> => ({
  gdb: [
    `shell touch ${file}`,
    `!touch ${file}`,
    `$_shell("touch ${file}")`,
    `python open("${file}", "w")`,
    `| info line | touch ${file}`,
    `pipe info line | touch ${file}`,
    `-interpreter-exec console "shell touch ${file}"`,
    `0\n-interpreter-exec console "shell touch ${file}"`,
    `0\nshell touch ${file}`,
    `0" "-interpreter-exec console \\"shell touch ${file}\\""`,
    `$_gdb_setting_str("shell touch ${file}")`,
  ],
  'lldb-dap': [
    `platform shell touch ${file}`,
    `\`platform shell touch ${file}`,
    `\`platform shell touch ${file}\``,
    `!platform shell touch ${file}`,
    `script open("${file}", "w")`,
    `\`script open("${file}", "w")\``,
    `command script import ${file}.py`,
    `0\nplatform shell touch ${file}`,
    `0; script open("${file}", "w")`,
  ],
  delve: [
    `!touch ${file}`,
    `dlv config substitutePath touch ${file}`,
    `source ${file}.star`,
    `transcript ${file}`,
    `config -save`,
    `dump ${file}`,
    `target follow-exec -on "touch ${file}"`,
  ],
})

for (const name of ['gdb', 'lldb-dap', 'delve'] as const satisfies LanguageName[])
  t.test(`${name}: no command of it is reached`, { skip: missingFor(languages[name]) ?? false }, async t => {
    const ground = await groundFor(t, languages[name])
    const worktree = ground.rig.files.worktree(ground.session.id)
    const sign = join(worktree, 'escaped')
    for (const [file, text] of settingsOf(sign)) writeFileSync(join(worktree, file), text)
    writeFileSync(`${sign}.py`, `open("${sign}", "w")\n`)
    const escaped = (how: string) => t.notOk(existsSync(sign), how)
    const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
    t.equal(debug.at.status, 'stopped')
    escaped('settings files of the worktree')
    const said = async (operation: Parameters<typeof ground.refusal>[1], input: object) =>
      void (await ground.refusal(debug, operation, input))
    for (const text of escapes(sign)[name] ?? []) {
      const one = JSON.stringify(text)
      await said('debug.evaluate', { expression: text, timeout: 5 })
      for (const context of ['repl', 'watch', 'hover', 'clipboard', 'variables'])
        await said('debug.evaluate', { expression: text, context, timeout: 5 })
      escaped(`evaluated: ${one}`)
      await said('debug.set', { name: 'total', value: text })
      await said('debug.set', { name: text, value: '1' })
      escaped(`set: ${one}`)
      await said('debug.memory', { address: text, count: 1 })
      await said('debug.disassemble', { address: text, count: 1 })
      escaped(`as an address: ${one}`)
      await said('debug.break', { breakpoints: [{ kind: 'data', expression: text }] })
      await said('debug.break', { breakpoints: [{ kind: 'function', name: text }] })
      escaped(`to stop at: ${one}`)
      if (!/[{}\n]/.test(text)) await said('debug.watch', { at: ground.at('total'), expression: text })
      const places = [ground.at('call'), ground.at('total')]
      for (const at of places) {
        await said('debug.break', { breakpoints: [{ kind: 'line', at, condition: text }] })
        await said('debug.break', {
          breakpoints: [{ kind: 'line', at, log_message: `{${text}} and ${text}` }],
        })
      }
      await said('debug.break', { breakpoints: [{ kind: 'line', at: ground.at('add'), condition: text }] })
      await said('debug.continue', { wait: 5 })
      escaped(`as a condition or a message: ${one}`)
      await beThere()
      await editorSays(text)
      escaped(`said by an editor: ${one}`)
      await beThere()
    }
    const command = commands[name]
    if (command !== undefined) {
      await ground.answer(debug, 'debug.evaluate', { expression: `${command} ${sign}`, shell: true })
      t.ok(existsSync(sign), 'who may have them has them')
    }
    await ground.end()

    async function beThere(): Promise<void> {
      if ((await ground.state(debug, 'debug.status', { wait: 0 })).status !== 'ended') return
      Object.assign(debug, await ground.run('basic', { breakpoints: [ground.at('add')] }))
    }

    /** As an editor's console has it, and by a context that is none of the protocol's. */
    async function editorSays(expression: string): Promise<void> {
      using editor = new EditorClient(ground.rig.socket, debug.id, ground.client.viewer)
      await editor.begin()
      for (const context of ['repl', 'shell', 'watch', undefined])
        await editor.ask('evaluate', { expression, context })
    }
  })

/** What leaves the file for who has the scope `debug:shell`. */
const commands: { readonly [Name in LanguageName]?: string } = {
  gdb: 'shell touch',
  'lldb-dap': 'platform shell touch',
}

const settingsOf = (sign: string): readonly [string, string][] => [
  ['.gdbinit', `shell touch ${sign}\n`],
  ['app-gdb.gdb', `shell touch ${sign}\n`],
  ['app-gdb.py', `open("${sign}", "w")\n`],
  ['.lldbinit', `platform shell touch ${sign}\n`],
  ['.lldbinit-lldb-dap', `platform shell touch ${sign}\n`],
]
