import t from 'tap'
import { problemFix } from '../../../client/mcp/problem-fix.ts'
import type { McpName, Words } from '../../../client/mcp/words/words.ts'
import { words } from '../../../client/mcp/words.ts'
import { contract, operationNames } from '../../../services/contract/contract.ts'
import { debugOperationNames } from '../../../services/contract/debug-message.ts'
import type { Operation } from '../../../services/contract/operation.ts'
import { problemsOf } from '../../../services/contract/operation-problems.ts'
import type { ProblemCode } from '../../../services/contract/problems.ts'
import { temporary } from '../cli/rig.ts'
import { startMcp } from './rig.ts'

const mcp = await startMcp({ environment: {}, directory: await temporary(t) })
t.teardown(() => mcp[Symbol.asyncDispose]())
const { tools } = await mcp.client.listTools()
const tool = (name: string) => tools.find(one => one.name === name)

t.test('there is a tool for every operation that is for MCP, and one for all debugging', async t => {
  const declared = operationNames.filter(name => {
    const { surfaces }: Operation = contract[name]
    return surfaces.includes('mcp')
  })
  t.same(Object.keys(words).sort(), declared.toSorted())
  t.same(
    tools.map(({ name }) => name).sort(),
    [...Object.values(words).map(({ tool }) => tool), 'session_debug'].sort(),
  )
  for (const name of [
    'repository_init',
    'session_create',
    'session_info',
    'session_logs',
    'session_commands',
  ])
    t.ok(tool(name), name)
})

t.test(
  'inputs are the fields of the contract and few of their own, in schemas that every client understands',
  async t => {
    for (const [name, { tool: called, reader, own = {} }] of Object.entries<Words<McpName>>(words)) {
      const { input }: Operation = contract[name as keyof typeof words]
      const schema = tool(called)?.inputSchema
      t.match(schema, { type: 'object', additionalProperties: false }, called)
      const fields = [...Object.keys(input.shape), ...Object.keys(own)]
      const all = new Set(reader.next === undefined ? fields : [...fields, 'cursor'])
      t.same(new Set(Object.keys(schema?.properties ?? {})), all)
      t.notMatch(JSON.stringify(schema), /\$ref|\(\?[=!<]|9007199254740991/, called)
      for (const property of Object.values(schema?.properties ?? {}))
        t.match(property, { description: /\w/ }, called)
    }
    t.match(tool('debug_launch')?.inputSchema, {
      properties: {
        wait: { default: 30 },
        breakpoints: { type: 'array', items: { anyOf: [{ type: 'string' }, {}] } },
      },
      required: ['session'],
    })
    t.match(tool('session_create')?.inputSchema.properties?.wait, { default: 20 })
    t.notOk(
      Object.hasOwn(tool('session_logs')?.inputSchema.properties?.offset ?? {}, 'default'),
      'it is the end',
    )
    t.ok(JSON.stringify(tool('session_debug')).length < 4_000, 'what other tools tell is not told again')
    t.match(tool('session_debug')?.inputSchema.properties?.action, {
      enum: debugOperationNames.map(name => name.slice('debug.'.length)),
    })
  },
)

/** What a client brings about itself, not who asks it; and what names the field that is wrong. */
const needNoFix: readonly ProblemCode[] = [
  ...(['token_in_url', 'origin_refused', 'ticket_mismatch', 'unsupported_media_type'] as const),
  ...(['idempotency_key_reused', 'range_not_satisfiable', 'invalid_input'] as const),
]

t.test('whatever the server may refuse, a model is told what to do', async t => {
  for (const name of Object.keys(words) as McpName[])
    for (const code of problemsOf(contract[name])) {
      if (needNoFix.includes(code)) continue
      const fix = problemFix(code, 'the token')
      t.ok(fix, `${code} of ${name}`)
      for (const [other] of (fix ?? '').matchAll(
        /\b(?:debug|session|repository|command|artifact)_[a-z_]+\b/g,
      ))
        t.ok(tool(other), `${code}: ${other}`)
    }
})

t.test('hints tell what reads, what ends something and what may be repeated', async t => {
  t.match(tool('debug_variables')?.annotations, { readOnlyHint: true, idempotentHint: true })
  t.match(tool('debug_next')?.annotations, {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
  })
  t.match(tool('debug_terminate')?.annotations, { destructiveHint: true, idempotentHint: true })
  t.match(tool('repository_init')?.annotations, { openWorldHint: true, idempotentHint: true })
})

t.test('names are those that every client takes, and descriptions say what to do', async t => {
  for (const { name, description, title } of tools) {
    t.match(name, /^[a-z]+(?:_[a-z]+)+$/)
    t.ok(title)
    t.ok((description ?? '').length > 40, name)
    for (const [other] of (description ?? '').matchAll(
      /\b(?:debug|session|repository|command|artifact)_[a-z_]+\b/g,
    ))
      t.ok(tool(other), `${name} speaks of ${other}`)
  }
  const { instructions = '' } = { instructions: mcp.client.getInstructions() }
  for (const [other] of instructions.matchAll(/\b(?:debug|session|repository|command|artifact)_[a-z_]+\b/g))
    t.ok(tool(other), `the instructions speak of ${other}`)
})
