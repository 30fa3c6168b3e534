import t from 'tap'
import { repositoryId } from '../../../../services/contract/ids.ts'
import { RepositoryTurns } from '../../../../services/runner/git/repository-turns.ts'

/** Work that tells when it begins, and ends when it is told to. */
function workbench() {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name)
      return new Promise<void>(resolve => ends.set(name, resolve))
    },
    end: (name: string) => ends.get(name)?.(),
  }
}

const soon = () => new Promise(resolve => setImmediate(resolve))

t.test('into one directory one after the other, into several side by side', async t => {
  const turns = new RepositoryTurns((_, work) => work())
  const [id, other] = [repositoryId.create(), repositoryId.create()]
  const { begun, work, end } = workbench()
  const all = [
    turns.into(id, 'a', work('a 1')),
    turns.into(id, 'a', work('a 2')),
    turns.into(id, 'b', work('b 1')),
    turns.into(other, 'c', work('c 1')),
  ]
  await soon()
  t.same(begun, ['a 1', 'b 1', 'c 1'])
  end('a 1')
  await soon()
  t.same(begun.slice(3), ['a 2'])
  for (const name of begun) end(name)
  await Promise.all(all)
})

t.test('alone: when all before have ended, and all after wait', async t => {
  const turns = new RepositoryTurns((_, work) => work())
  const id = repositoryId.create()
  const { begun, work, end } = workbench()
  const all = [
    turns.into(id, 'a', work('a 1')),
    turns.into(id, 'b', work('b 1')),
    turns.alone(id, work('alone')),
    turns.into(id, 'c', work('c 1')),
  ]
  await soon()
  t.same(begun, ['a 1', 'b 1'])
  end('a 1')
  await soon()
  t.same(begun, ['a 1', 'b 1'])
  end('b 1')
  await soon()
  t.same(begun, ['a 1', 'b 1', 'alone'])
  end('alone')
  await soon()
  t.same(begun, ['a 1', 'b 1', 'alone', 'c 1'])
  let settled = false
  const waited = turns.settled().then(() => {
    settled = true
  })
  await soon()
  t.notOk(settled)
  end('c 1')
  await Promise.all([...all, waited])
})

t.test('what fails holds up nobody', async t => {
  const turns = new RepositoryTurns((_, work) => work())
  const id = repositoryId.create()
  const failing = () => Promise.reject(new Error('no'))
  const all = await Promise.allSettled([
    turns.into(id, 'a', failing),
    turns.alone(id, failing),
    turns.into(id, 'a', async () => 'done'),
  ])
  t.match(all, [{ status: 'rejected' }, { status: 'rejected' }, { value: 'done' }])
})
