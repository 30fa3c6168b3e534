import t from 'tap'
import { fitOf } from '../../../../tasks/engine/tools/version-fit.ts'
import { versionIn } from '../../../../tasks/engine/tools/version-text.ts'

const texts: readonly [text: string, version: string | undefined][] = [
  ['git version 2.39.5 (Apple Git-154)', '2.39.5'],
  ['git version 2.39.5', '2.39.5'],
  ['gcc (Debian 12.2.0-14) 12.2.0\nCopyright (C) 2022 Free Software Foundation', '12.2.0-14'],
  ['Python 3.11.7', '3.11.7'],
  ['Python 3.12.0rc1', '3.12.0rc1'],
  ['v24.1.0', '24.1.0'],
  ['go version go1.22.1 linux/amd64', '1.22.1'],
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK 64-Bit Server VM', '17.0.15'],
  ['OpenJDK 17.0.15', '17.0.15'],
  ['GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu', '4.3'],
  ['less 590 (GNU regular expressions)\nsee version 2.0 of', '590'],
  ['tool (2024-01-15) 3', '3'],
  ['\n\n  tool\n  1.2.3\n', '1.2.3'],
  ['jq-1.7.1', '1.7.1'],
  ['yq (https://github.com/mikefarah/yq/) version v4.44.', '4.44'],
  ['1.2.3.4', '1.2.3.4'],
  ['24.04', '24.04'],
  ['no version, but 64-Bit and x86_64', undefined],
  ['', undefined],
]

t.test('the version in a text', async t => {
  for (const [text, version] of texts) t.equal(versionIn(text), version, JSON.stringify(text))
})

const ranges: readonly [version: string, range: string, fit: string][] = [
  ['2.39.5', '>=2.39', 'fits'],
  ['2.38.1', '>=2.39', 'too-old'],
  ['3.0.0', '^2.39', 'too-new'],
  ['2.5.0', '1.x || 3.x', 'outside'],
  ['2.40.0-rc1', '>=2.39', 'fits'],
  ['12.2.0-14', '12', 'fits'],
  ['590', '>=500', 'fits'],
  ['2024.01.15', '>=2024.1.2', 'fits'],
  ['24.04', '>=22.4', 'fits'],
  ['1.2.3.4', '~1.2.3', 'fits'],
  ['1.0.0', 'newest', 'bad-range'],
]

t.test('how a version lies to a range', async t => {
  for (const [version, range, fit] of ranges) t.equal(await fitOf(version, range), fit, `${version} ${range}`)
})
