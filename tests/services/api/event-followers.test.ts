import t from 'tap'
import type { EventMessage } from '../../../services/contract/event-message.ts'
import { latestPosition } from '../../../services/store/changes.ts'
import { between, pick, random } from '../../chaos/random.ts'
import { follow, has, lastId, texts } from './event-readers.ts'
import { type Person, startRig } from './rig.ts'
import { until } from './until.ts'

t.setTimeout(120_000)

t.test('many followers cost one, and each is told what is its own', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const people = [rig.alice, rig.bob, rig.admin]
  const followers = await Promise.all(
    people.flatMap(person => Array.from({ length: 15 }, () => follow(rig, { person }))),
  )
  for (const { messages } of followers) await has(messages, 'start')
  t.equal(rig.api.live.readers, 45)
  t.equal(rig.api.changes.watching, 1)
  const [ofAlice = '', ofBob = ''] = await Promise.all(
    [rig.alice, rig.bob].map(async person => {
      const { commands } = await rig.session(['make'], person)
      for (const command of commands) await rig.runner.play(command)
      return commands[0]
    }),
  )
  await rig.repository('last')
  for (const { messages } of followers) await has(messages, 'last ready')
  for (const [index, { messages }] of followers.entries()) {
    const told = JSON.stringify(messages)
    t.equal(told.includes(ofAlice), index < 15 || index >= 30)
    t.equal(told.includes(ofBob), index >= 15)
  }
  for (const { leave } of followers) leave()
  await until(() => rig.api.live.readers === 0, 'all have gone')
  t.equal(rig.api.changes.watching, 0, 'nothing is left of what they shared')
})

/** Of each thing what was told last, and of all of it that nothing was told twice. */
function lastOfEach(messages: readonly EventMessage[]): Map<string, string> {
  const last = new Map<string, string>()
  let before = -1
  for (const message of messages) {
    if (message.type === 'end' || message.type === 'start') continue
    if (Number(message.id) <= before) throw new Error(`${message.id} after ${before}`)
    before = Number(message.id)
    const [text = ''] = texts([message])
    const [thing = '', state = ''] = text.split(' ')
    last.set(thing, state)
  }
  return last
}

t.test('whenever a follower comes and goes, it has been told of everything in the end', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const next = random(6)
  const people = [rig.alice, rig.bob, rig.admin]
  const origin = await latestPosition(rig.store)
  const gone = new Set<string>()
  /** From the same position on, over several connections. */
  const stories: { person: Person; told: EventMessage[] }[] = []
  let open: { story: (typeof stories)[number]; connection: Awaited<ReturnType<typeof follow>> }[] = []
  const connect = async (story: (typeof stories)[number]) => {
    const after = lastId(story.told) || String(origin)
    open.push({ story, connection: await follow(rig, { person: story.person, fields: { after } }) })
  }
  /** Loses what was told last but is on its way, as a broken connection does. */
  const disconnect = async ({ story, connection }: (typeof open)[number]) => {
    story.told.push(...connection.messages)
    connection.leave()
    open = open.filter(one => one.connection !== connection)
  }
  for (let i = 0; i < 25; i++) {
    const { id, commands } = await rig.session(['one', 'two'], pick(next, people))
    for (const command of commands) await rig.runner.play(command)
    if (between(next, 0, 2) === 0) await rig.runner.session(id, 'stopping', 'stopped')
    if (between(next, 0, 3) === 0) {
      await rig.runner.remove(id)
      for (const command of commands) gone.add(command)
    }
    const story = { person: pick(next, people), told: [] }
    stories.push(story)
    await connect(story)
    if (between(next, 0, 1) === 0) {
      const lost = pick(next, open)
      await disconnect(lost)
      await connect(lost.story)
    }
  }
  await rig.repository('last')
  for (const { connection } of open) await has(connection.messages, 'last ready')
  for (const one of [...open]) await disconnect(one)
  for (const { person, told } of stories) {
    const asked = await follow(rig, { person, fields: { after: String(origin), once: true } })
    await asked.over
    const last = lastOfEach(told)
    // Of what is gone with its session nobody is told any more.
    for (const command of gone) last.delete(command)
    t.same(last, lastOfEach(asked.messages))
  }
  await until(() => rig.api.live.readers === 0, 'all have gone')
})
