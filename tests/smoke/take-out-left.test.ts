import { join } from 'node:path'
import t from 'tap'
import { takeOutLeft } from '../../smoke/run/take-out-left.ts'
import { agentStages } from '../../smoke/stages/stages.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { room, write } from './room.ts'

t.test('what a run that was cut off has installed is taken out, and nothing else', async t => {
  const places = placesIn(room(t))
  const servers = (...names: string[]) => names.map(name => `[servers.${name}]\ncommand = "node"\n`).join('')
  write(join(places.clone, 'config/mcp.local.toml'), servers('smoke-0123ab'))
  write(
    join(places.clone, '.artifacts/mcp/servers.toml'),
    servers('smoke-ab12cd', 'smoke-ef34ab', 'smoke-alarm', 'grep'),
  )
  const asked: unknown[] = []
  const lines: string[] = []
  const phase = {
    ...{ places, log: (line: string) => void lines.push(line) },
    exec: async (_: string, words: readonly string[]) => asked.push(words.slice(1)),
  }
  await takeOutLeft(phase, undefined)
  t.same(asked, [], 'where nobody declares such names')
  const { temporary } = agentStages
  await takeOutLeft(phase, temporary && new RegExp(temporary, 'g'))
  t.same(
    asked,
    ['smoke-ab12cd', 'smoke-ef34ab'].map(name => ['mcp-server', 'remove', name]),
  )
  t.match(lines, [/took out smoke-ab12cd, which a run that was cut off has left/, /smoke-ef34ab/])
  const names = agentStages
    .stages({ run: '00ff00aa', clone: '/c', client: '/r', node: '/n' })
    .flatMap(({ prompt }) => prompt.match(/smoke-\w+/g) ?? [])
  t.not(names.filter(name => agentStages.temporary?.test(name)).length, 0, 'which are those of the stages')
})
