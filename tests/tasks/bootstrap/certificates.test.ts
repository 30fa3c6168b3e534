import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readCertificates, writeCertificates } from '../../../tasks/bootstrap/certificates/certificates.ts'
import { chooseBundle, exportedVariables } from '../../../tasks/bootstrap/certificates/choose-bundle.ts'
import { inspectCertificates } from '../../../tasks/bootstrap/certificates/inspect-certificates.ts'
import { joinBundles, whyNoBundle } from '../../../tasks/bootstrap/certificates/pem.ts'
import { readSystemStore } from '../../../tasks/bootstrap/certificates/system-store.ts'
import { anotherAuthority, authority, authorityFile } from './servers/file-server.ts'

/** A host of its own: `/` is a directory, its system store holds another authority than the user's. */
function host(owner: Test) {
  const root = mkdtempSync(join(tmpdir(), 'ds-certificates-'))
  owner.teardown(() => rmSync(root, { recursive: true, force: true }))
  const system = join(root, 'system.pem')
  writeFileSync(system, anotherAuthority)
  const own = join(root, 'own.pem')
  writeFileSync(own, `# ours\n${authority}\n\n`)
  return { root, system, own, places: { files: [join(root, 'absent.pem'), system], directories: [] } }
}

t.test('the bundle: an explicit CONDA_SSL_VERIFY, else the first that exists', async t => {
  const isFile = (path: string) => ['/own/a.pem', '/home/me/b.pem', '/work/c.pem'].includes(path)
  const choose = (environment: Record<string, string>) =>
    chooseBundle({ HOME: '/home/me', ...environment }, '/work', isFile)
  t.same(choose({}), { kind: 'none' })
  t.same(choose({ SSL_CERT_FILE: '/own/absent.pem', PIP_CERT: '' }), { kind: 'none' })
  t.same(choose({ REQUESTS_CA_BUNDLE: '/absent', PIP_CERT: '/own/a.pem', SSL_CERT_FILE: '~/b.pem' }), {
    kind: 'bundle',
    variable: 'SSL_CERT_FILE',
    path: '/home/me/b.pem',
  })
  t.match(choose({ CODEX_PROXY_CERT: 'c.pem' }), { variable: 'CODEX_PROXY_CERT', path: '/work/c.pem' })
  t.same(choose({ CONDA_SSL_VERIFY: 'False', PIP_CERT: '/own/a.pem' }), {
    kind: 'explicit',
    value: 'False',
    path: undefined,
  })
  t.match(choose({ CONDA_SSL_VERIFY: '~/x.pem' }), { path: '/home/me/x.pem' })
})

t.test('children: unset variables are filled, set ones stay', async t => {
  t.same(exportedVariables({ SSL_CERT_FILE: '/mine', PIP_CERT: '' }, '/merged'), {
    CONDA_SSL_VERIFY: '/merged',
    REQUESTS_CA_BUNDLE: '/merged',
    PIP_CERT: '/merged',
  })
})

t.test('what a bundle is', async t => {
  t.equal(whyNoBundle(authority + anotherAuthority), undefined)
  t.equal(whyNoBundle('hello'), 'it holds no certificate in PEM form')
  t.equal(whyNoBundle(''), 'it holds no certificate in PEM form')
  const broken = authority.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA')
  t.equal(whyNoBundle(authority + broken), 'its certificate 2 of 2 cannot be read')
  t.equal(joinBundles(['a\n\n', 'b']), 'a\nb\n')
})

t.test('the system store: a file, else a directory, else what Node brings', async t => {
  const { root, system } = host(t)
  t.same(readSystemStore({ files: [join(root, 'absent'), system], directories: [] }), {
    file: system,
    text: anotherAuthority,
  })
  const directory = join(root, 'certs')
  mkdirSync(directory)
  writeFileSync(join(directory, 'one.pem'), authority)
  writeFileSync(join(directory, 'README'), 'no certificate')
  symlinkSync(join(directory, 'one.pem'), join(directory, '1a2b3c4d.0'))
  t.same(readSystemStore({ files: [], directories: [join(root, 'absent'), directory] }), {
    file: undefined,
    text: joinBundles([authority]),
  })
  t.match(readSystemStore({ files: [], directories: [] }).text, /BEGIN CERTIFICATE/)
})

t.test(
  'merged in front of the system store, once, readable by all, and told by provenance alone',
  async t => {
    const { root, own, places } = host(t)
    const environment = { SSL_CERT_FILE: own }
    const certificates = readCertificates(root, environment, places)
    t.equal(certificates.provenance, 'SSL_CERT_FILE + system store')
    const file = join(root, '.artifacts/certs/ca-bundle.pem')
    t.same(certificates.variables, { CONDA_SSL_VERIFY: file, REQUESTS_CA_BUNDLE: file, PIP_CERT: file })
    t.ok(certificates.trusted().includes(joinBundles([`# ours\n${authority}`, anotherAuthority])))

    t.equal(await writeCertificates(certificates), true)
    t.equal(readFileSync(file, 'utf8'), joinBundles([`# ours\n${authority}`, anotherAuthority]))
    t.equal(statSync(file).mode & 0o777, 0o644)
    t.equal(await writeCertificates(certificates), false, 'nothing to do the second time')
    chmodSync(file, 0o600)
    t.equal(await writeCertificates(certificates), true, 'its mode is mended')
    writeFileSync(own, anotherAuthority)
    t.equal(
      await writeCertificates(readCertificates(root, environment, places)),
      true,
      'it follows the bundle',
    )
  },
)

t.test('the system store itself is used as it is', async t => {
  const { root, system, places } = host(t)
  const link = join(root, 'link.pem')
  symlinkSync(system, link)
  const certificates = readCertificates(root, { PIP_CERT: link }, places)
  t.match(certificates, { merged: undefined, provenance: 'PIP_CERT, which is the system store' })
  t.equal(certificates.variables.CONDA_SSL_VERIFY, link)
  t.equal(await writeCertificates(certificates), false)
})

t.test('an explicit CONDA_SSL_VERIFY stays as it is, and is trusted here too', async t => {
  const { root, own, places } = host(t)
  const file = readCertificates(root, { CONDA_SSL_VERIFY: own, PIP_CERT: '/absent' }, places)
  t.match(file, { provenance: 'CONDA_SSL_VERIFY', merged: undefined, variables: {} })
  t.ok(file.trusted().some(text => text.includes(authority.trim())))
  const off = readCertificates(root, { CONDA_SSL_VERIFY: 'false', SSL_CERT_FILE: own }, places)
  t.match(off, { provenance: /CONDA_SSL_VERIFY = false/, variables: {} })
  t.ok(off.trusted().includes(anotherAuthority), 'our own downloads are verified nevertheless')
})

t.test('a bundle that is of no use is named by its variable', async t => {
  const { root, own, places } = host(t)
  writeFileSync(own, Buffer.from([0x30, 0x82, 0x01, 0x00]))
  t.throws(() => readCertificates(root, { REQUESTS_CA_BUNDLE: own }, places), {
    name: 'UserError',
    message: /REQUESTS_CA_BUNDLE names .*own\.pem, which is unusable: it holds no certificate in PEM form/,
    fix: 'set REQUESTS_CA_BUNDLE to a file of PEM certificates, or unset it',
  })
  t.throws(() => readCertificates(root, { CONDA_SSL_VERIFY: '/absent.pem' }, places), {
    message: 'CONDA_SSL_VERIFY names /absent.pem, which is unusable: there is no such file',
  })
  t.throws(() => readCertificates(root, { CONDA_SSL_VERIFY: join(root, 'certs') }, places), {
    message: /there is no such file/,
  })
  mkdirSync(join(root, 'certs'))
  t.throws(() => readCertificates(root, { CONDA_SSL_VERIFY: join(root, 'certs') }, places), {
    message: /the directory holds no certificate/,
  })
  writeFileSync(join(root, '.artifacts'), 'in the way')
  writeFileSync(own, authority)
  await t.rejects(writeCertificates(readCertificates(root, { PIP_CERT: own }, places)), {
    name: 'UserError',
    message: /the merged certificates cannot be written to/,
  })
})

t.test('the check says what is there, and writes nothing', async t => {
  const { root } = host(t)
  t.same(inspectCertificates(root, {}), [
    { what: 'certificates', verdict: 'ok', detail: 'system store' },
    { what: 'proxies', verdict: 'ok', detail: 'none' },
  ])
  const environment = {
    SSL_CERT_FILE: authorityFile,
    https_proxy: 'http://me:secret@proxy:3128',
    NO_PROXY: 'a,b',
  }
  const [before, proxies] = inspectCertificates(root, environment)
  t.match(before, { verdict: 'warning', detail: /SSL_CERT_FILE \+ system store/, fix: 'npx task bootstrap' })
  t.match(proxies, { verdict: 'ok', detail: 'http://***@proxy:3128, except a,b' })
  t.throws(() => statSync(join(root, '.artifacts')), { code: 'ENOENT' })
  await writeCertificates(readCertificates(root, environment))
  t.match(inspectCertificates(root, environment)[0], { verdict: 'ok' })
  t.match(inspectCertificates(root, { CONDA_SSL_VERIFY: '/absent', HTTPS_PROXY: 'ftp://x' }), [
    { verdict: 'failed', detail: /CONDA_SSL_VERIFY/ },
    { verdict: 'failed', detail: /HTTPS_PROXY is no address of a proxy/ },
  ])
})
