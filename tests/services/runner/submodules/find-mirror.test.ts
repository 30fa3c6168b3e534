import t from 'tap'
import { repositoryId } from '../../../../services/contract/ids.ts'
import { findMirror } from '../../../../services/runner/submodules/find-mirror.ts'
import { addRepository, requestRepositoryRemoval } from '../../../../services/store/repositories.ts'
import { runnerRig } from '../rig.ts'

t.test('with the keys of the server only what is registered is fetched', async t => {
  const { store, files, now } = await runnerRig(t, { idle: true })
  const id = repositoryId.create()
  const find = (url: string, submoduleSchemes = ['https', 'git']) =>
    findMirror({ store, files, submoduleSchemes }, id, url)
  const open = await find('https://host/team/lib.git')
  t.match(open, { ok: true, mirror: { url: 'https://host/team/lib.git', anonymous: true, repository: id } })
  t.same(await find('https://host/team/lib.git'), open)
  t.notSame(await find('https://host/team/other.git'), open)
  for (const url of ['ssh://git@host/x', 'git@host:x', '/srv/x', 'git://host/x'])
    t.match(await find(url, ['https']), { ok: false, message: /only where that is registered/ }, url)

  for (const url of ['https://host/team/lib.git', 'git@host:x', '/srv/x']) {
    const wanted = { name: `r${url.length}`, url, default_branch: null, now: now() }
    const { repository } = await addRepository(store, wanted)
    const known = await find(url, [])
    t.match(known, { ok: true, mirror: { url, anonymous: false } })
    await requestRepositoryRemoval(store, repository.id)
    if (known.ok && open.ok) t.not(known.mirror.directory, open.mirror.directory, 'they share nothing')
    t.notSame(await find(url), known, 'not any more')
  }
  t.match(await find('/srv/../srv/y/'), { ok: false, message: /a path of the server/ })
})

t.test('what is no address of a repository is refused', async t => {
  const { store, files } = await runnerRig(t, { idle: true })
  for (const url of [
    '',
    'ext::sh -c touch% /tmp/ran',
    'ext::/bin/true',
    'fd::7',
    '-u./payload',
    '--upload-pack=touch x',
    'ssh://-oProxyCommand=touch/x',
    '-oProxyCommand=x@host:y',
    'file:///srv/x',
    'http://host/x',
    'https://me:hunter2@host/x',
    'https://host/x\nhost=other',
    'https://host/x?y',
    `https://host/${'x'.repeat(1_000)}`,
    'x',
  ])
    t.match(
      await findMirror({ store, files, submoduleSchemes: ['https', 'git'] }, repositoryId.create(), url),
      {
        ok: false,
      },
    )
})
