import t from 'tap'
import { contract, operationNames } from '../../../../services/contract/contract.ts'
import {
  operationSections,
  operationTables,
  problemTable,
  schemaSections,
  scopeList,
} from '../../../../services/contract/manual/markdown.ts'
import { operationEntry } from '../../../../services/contract/manual/operation-entry.ts'
import { problemCodes } from '../../../../services/contract/problems.ts'
import { anchorsIn, linksIn } from '../../../../tasks/check/markdown.ts'

t.test('no operation and no problem is left out, and every link leads somewhere', t => {
  const [overview, full] = [operationTables(), operationSections()]
  for (const name of operationNames) {
    t.match(overview, `| [\`${name}\`](#`, name)
    t.match(full, `### ${name}\n\n\`${contract[name].method} ${contract[name].path}\``, name)
  }
  for (const code of problemCodes) t.match(problemTable(), `| \`${code}\``, code)
  const page = [overview, full, schemaSections()].join('\n\n')
  const anchors = anchorsIn(page)
  t.same(
    linksIn(page).filter(link => !anchors.has(link.slice(1))),
    [],
  )
  t.end()
})

t.test('every field says where it travels', t => {
  t.match(operationEntry('sessions.logs').fields, [
    { name: 'session', place: 'path', required: true },
    { name: 'command', place: 'query', required: false },
    { name: 'stream', place: 'query' },
    { name: 'offset', place: 'query', initial: '0' },
    { name: 'follow', place: 'query', initial: 'false' },
  ])
  t.match(operationEntry('users.create').fields, [
    { name: 'name', place: 'body', required: true },
    { name: 'role', place: 'body', initial: '"user"' },
  ])
  t.end()
})

t.test('a scope is told with the operations that it opens', t => {
  t.match(scopeList(), /^- `repositories:write`: .*`repositories.fetch`/m)
  t.notMatch(scopeList(), 'server.health')
  t.end()
})
