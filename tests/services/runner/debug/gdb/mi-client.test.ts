import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { MiClient, MiRefusal } from '../../../../../services/runner/debug/gdb/mi-client.ts'
import type { MiRecord } from '../../../../../services/runner/debug/gdb/mi-record.ts'
import { until } from '../../../../until.ts'

const valueSchema = z.object({ value: z.string() })

/** A gdb that says what the test has it say. */
function clientOf(t: Test) {
  const [says, hears] = [new PassThrough(), new PassThrough()]
  const records: MiRecord[] = []
  const closed: string[] = []
  let heard = ''
  hears.setEncoding('utf8').on('data', text => {
    heard += text
  })
  const client = new MiClient(says, hears, {
    record: record => records.push(record),
    closed: why => closed.push(why),
  })
  t.teardown(() => client.close('the test is over'))
  return { client, says, records, closed, heard: () => heard }
}

t.test('answers find who asked, whatever comes between and however it is cut', async t => {
  const { client, says, records, heard } = clientOf(t)
  const [one, two] = [client.ask('-one', valueSchema), client.ask('-two', valueSchema)]
  const said = '(gdb) \r\n*running\n1^done,value="a"\r\n~"to people"\n2^done,value="\\303\\244"\n'
  for (const character of said) says.write(character)
  t.same(await one, { value: 'a' })
  t.same(await two, { value: 'ä' })
  t.equal(heard(), '1-one\n2-two\n')
  t.match(records, [
    { kind: 'exec', class: 'running' },
    { kind: 'console', text: 'to people' },
  ])
})

t.test('what gdb says to people before an answer belongs to that', async t => {
  const { client, says } = clientOf(t)
  const [one, two] = [client.listen('-one'), client.listen('-two')]
  says.write('~"a"\n~"b"\n1^done\n~"c"\n2^done\n')
  t.same(await Promise.all([one, two]), ['ab', 'c'])
})

t.test('a no, and an answer that cannot be read, are refusals that say so', async t => {
  const { client, says } = clientOf(t)
  const asked = [
    client.ask('-one a', valueSchema),
    client.ask('-two', valueSchema),
    client.tell('-three\n-gdb-exit'),
    client.ask('-four', valueSchema),
  ].map(promise => promise.catch(error => error))
  says.write('1^error,msg="no such thing"\n2^error\n3^done\n')
  t.strictSame(
    (await Promise.all(asked)).map(error => [error instanceof MiRefusal, error.message]),
    [
      [true, 'no such thing'],
      [true, 'gdb gave no reason'],
      [true, 'a command of gdb has one line'],
      [true, "gdb's answer to -four cannot be read"],
    ],
  )
})

t.test('a program runs when gdb says so and takes nothing back', async t => {
  const { client, says, records } = clientOf(t)
  const [one, two, three] = [client.tell('-exec-one'), client.tell('-exec-two'), client.tell('-exec-three')]
  const refused = two.catch(error => error.message)
  says.write('1^running\n*running,thread-id="all"\n(gdb) \n')
  await one
  says.write(
    '2^running\n*running\n&"Warning:\\n"\n&"Cannot insert breakpoint 1.\\n"\n2^error,msg="Command aborted."\n',
  )
  t.equal(await refused, 'Cannot insert breakpoint 1.')
  says.write('3^running\n*stopped\n(gdb) \n')
  await three
  t.equal(records.filter(({ kind }) => kind === 'exec').length, 3)
})

t.test('a program runs as soon as gdb answers to what it was told next', async t => {
  const { client, says } = clientOf(t)
  const [one, two] = [client.tell('-exec-one'), client.tell('-two')]
  says.write('1^running\n2^done\n')
  await Promise.all([one, two])
  t.pass()
})

t.test('answers to nothing, twice, and of others change nothing', async t => {
  const { client, says } = clientOf(t)
  says.write('7^done,value="early"\n^done,value="of nobody"\n')
  const one = client.ask('-one', valueSchema)
  says.write('1^done,value="right"\n1^done,value="twice"\n')
  t.same(await one, { value: 'right' })
})

t.test('when gdb ends, or says what is no record, everybody is told at once', async t => {
  const ends = clientOf(t)
  const one = ends.client.tell('-one').catch(error => error.message)
  ends.says.end()
  t.equal(await one, 'gdb has ended')
  t.same(await ends.client.tell('-two').catch(error => error.message), 'gdb has ended')
  t.same(ends.closed, ['gdb has ended'])

  const garbage = clientOf(t)
  const two = garbage.client.tell('-one').catch(error => error.message)
  garbage.says.write('hello\n*stopped,reason="\n1^done\n')
  t.match(await two, /^what gdb says cannot be read: a text without an end at 17 of /)
  t.equal(garbage.closed.length, 1)
})

t.test('a flood without a line is given up before it takes all memory', async t => {
  const { says, closed } = clientOf(t)
  const megabyte = Buffer.alloc(1_024 * 1_024, 'x')
  for (let written = 0; written < 65; written += 1) says.write(megabyte)
  await until('it is given up', () => closed[0])
  t.same(closed, ['what gdb says cannot be read: a line of more than 67108864 bytes'])
})
