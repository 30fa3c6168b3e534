import t from 'tap'
import { call, message } from '../../smoke/agents/script.ts'
import { type ScriptedModel, startScriptedModel } from '../../smoke/agents/scripted-model.ts'

const ask = ({ url, key }: ScriptedModel, path: string, body?: unknown, bearer = key) =>
  fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${bearer}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

/** The events of a stream, each checked to be told under its own type. */
async function eventsOf(response: Response): Promise<{ type: string; [name: string]: unknown }[]> {
  const blocks = (await response.text()).split('\n\n').filter(block => block !== '')
  return blocks.map(block => {
    const [, type, data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
    const event = JSON.parse(data)
    if (event.type !== type) throw new Error(`${event.type} is told as ${type}`)
    return event
  })
}

const heard = (...outputs: unknown[]) => ({
  model: 'scripted',
  input: outputs.map((output, index) => ({ type: 'function_call_output', call_id: `call_${index}`, output })),
})

t.test('it answers in the order and the words of the Responses API', async t => {
  await using model = await startScriptedModel({
    steps: [call('add', { a: 1 }, 'mcp__sums'), ([sum]) => message(`it is ${sum?.text}`)],
  })
  const first = await eventsOf(await ask(model, '/responses', heard()))
  t.match(first, [
    { type: 'response.created' },
    { type: 'response.output_item.added' },
    {
      type: 'response.output_item.done',
      item: { type: 'function_call', name: 'add', namespace: 'mcp__sums', arguments: '{"a":1}' },
    },
    { type: 'response.completed', response: { status: 'completed' } },
  ])
  t.same(
    first.map(event => event.sequence_number),
    [0, 1, 2, 3],
  )
  const parts = [
    { type: 'input_text', text: 'two' },
    { type: 'input_text', text: 'lines' },
  ]
  const second = await eventsOf(await ask(model, '/responses', heard(parts)))
  t.match(
    second.find(event => event.type === 'response.output_text.delta'),
    { delta: 'it is two\nlines' },
  )
  t.equal(model.requests.length, 2)
})

t.test('a step that throws, and a script that is over, fail the response and say why', async t => {
  const thrower = () => {
    throw new Error('no id in it')
  }
  await using model = await startScriptedModel({ steps: [call('one'), thrower] })
  const failure = async (...outputs: string[]) =>
    (await eventsOf(await ask(model, '/responses', heard(...outputs)))).at(-1)
  t.match(await failure('x'), {
    type: 'response.failed',
    response: { error: { message: /a step of the script threw Error: no id in it/ } },
  })
  await using short = await startScriptedModel({ steps: [call('one')] })
  t.match((await eventsOf(await ask(short, '/responses', heard('x')))).at(-1), {
    type: 'response.failed',
    response: { error: { message: /all of them are done/ } },
  })
})

t.test('it tells its name, and refuses what it does not know', async t => {
  await using model = await startScriptedModel({ steps: [message('hello')] })
  t.match(await (await ask(model, '/models')).json(), { data: [{ id: 'scripted' }] })
  t.equal((await ask(model, '/models', undefined, 'another-key')).status, 401)
  t.equal((await ask(model, '/embeddings', {})).status, 404)
  t.equal((await ask(model, '/responses', { input: 'no list' })).status, 400)
  t.equal(model.requests.length, 0)
})
