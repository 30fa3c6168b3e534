import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandsIn } from '../../../tasks/check/markdown.ts'
import { createPlace, finish, importTask, root } from '../cli-rig.ts'

const page = readFileSync(join(root, 'docs/tasks.md'), 'utf8')

t.test('the commands of the page run with the Taskfile of the page', async t => {
  const place = createPlace(t)
  const [, taskfile = ''] = /^```ts\n([\s\S]*?)^```/m.exec(page) ?? []
  place.write('Taskfile.ts', taskfile.replace(/^import .*\n/, importTask))
  const blocks = [...page.matchAll(/^```sh\n[\s\S]*?^```/gm)].map(([block]) => block)
  const commands = blocks.flatMap(commandsIn)
  t.ok(commands.length > 3)
  for (const command of commands) {
    t.match(command, /^npx task [^'"$|>]+$/, 'nothing that needs a shell')
    t.match(await finish(command.split(' ').slice(2), { cwd: place.path }), { code: 0 }, command)
  }
  for (const file of ['report.xml', 'events.ndjson', 'trace.json', '.artifacts/task/logs'])
    t.ok(existsSync(join(place.path, file)), file)
})
