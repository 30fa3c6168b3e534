import t from 'tap'
import { createTools } from '../../../client/mcp/tools.ts'
import { artifact, command, page, repository, session } from '../samples.ts'
import { inProcess } from './in-process.ts'

t.setTimeout(60_000)

const { client, server } = await inProcess(t, {
  'repositories.list': () => page(repository(), repository({ name: 'other' })),
  'sessions.list': () => page(session()),
  'commands.list': () => page(command(), command({ sequence: 2 })),
  'artifacts.list': () => page(artifact()),
})
const textOf = async (name: string, given: Record<string, string>) => {
  const { messages } = await client.getPrompt({ name, arguments: given })
  return messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('\n')
}

t.test('a prompt tells what to do with tools that there are', async t => {
  const { prompts } = await client.listPrompts()
  t.same(
    prompts.map(({ name }) => name),
    ['fix_failing_test', 'explain_crash', 'find_hang'],
  )
  const names = createTools().map(({ name }) => name)
  for (const { name, arguments: takes = [], title, description } of prompts) {
    t.ok(title && description, name)
    const all = Object.fromEntries(takes.map(({ name }) => [name, `<<${name}>>`]))
    const text = await textOf(name, all)
    for (const { name: argument, description } of takes) {
      t.ok(description)
      t.ok(text.includes(`<<${argument}>>`), `${name} says ${argument}`)
    }
    const tools = [...text.matchAll(/\b(?:debug|session|repository|command|artifact)_[a-z_]+\b/g)].map(
      ([tool]) => tool,
    )
    t.ok(tools.length > 3)
    for (const tool of tools) t.ok(names.includes(tool), `${name} speaks of ${tool}`)
    const needed = Object.fromEntries(takes.filter(({ required }) => required).map(({ name }) => [name, 'x']))
    t.notMatch(await textOf(name, needed), /undefined|<</)
  }
})

t.test('arguments that are missing or not known are named', async t => {
  for (const [name, given, message] of [
    ['fix_failing_test', {}, /fix_failing_test needs repository and test/],
    ['explain_crash', { session: ' ' }, /explain_crash needs session/],
    [
      'explain_crash',
      { session: '@last', who: 'me' },
      /"who" is no argument of explain_crash: it takes session, command/,
    ],
    ['explain_crash', { session: 'x'.repeat(10_001) }, /session: at most 10000 characters/],
    ['explain_crush', {}, /there is no prompt "explain_crush": did you mean "explain_crash"/],
  ] as const)
    await t.rejects(client.getPrompt({ name, arguments: given }), { code: -32_602, message })
})

t.test('names are completed by what the server has', async t => {
  const complete = async (
    ref: Parameters<typeof client.complete>[0]['ref'],
    name: string,
    value: string,
    given = {},
  ) =>
    (await client.complete({ ref, argument: { name, value }, context: { arguments: given } })).completion
      .values
  const prompt = (name: string) => ({ type: 'ref/prompt' as const, name })
  t.same(await complete(prompt('fix_failing_test'), 'repository', 'o'), ['other'])
  t.same(await complete(prompt('fix_failing_test'), 'test', ''), [], 'what no one knows')
  t.same(await complete(prompt('explain_crash'), 'session', ''), ['@last', session().id])
  t.same(await complete(prompt('explain_crash'), 'command', 'cmd_', { session: session().id }), [
    command().id,
    command().id,
  ])
  t.match(server.received.at(-1), { name: 'commands.list', input: { session: session().id } })
  const [log, file] = (await client.listResourceTemplates()).resourceTemplates
  const template = (uri = '') => ({ type: 'ref/resource' as const, uri })
  t.same(await complete(template(log?.uriTemplate), 'stream', 'stde'), ['stderr'])
  t.same(await complete(template(file?.uriTemplate), 'artifact', ''), [artifact().id])
  t.same(await complete(prompt('nobody'), 'session', ''), [])
})

t.test('where the server cannot be asked nothing is completed', async t => {
  const { client } = await inProcess(t, {})
  const ref = { type: 'ref/prompt' as const, name: 'fix_failing_test' }
  const { completion } = await client.complete({ ref, argument: { name: 'repository', value: '' } })
  t.same(completion.values, [])
})
