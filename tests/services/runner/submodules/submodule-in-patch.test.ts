import t from 'tap'
import { submoduleInPatch } from '../../../../services/runner/submodules/submodule-in-patch.ts'

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
const moved = (names: string) =>
  `diff --git ${names}\nindex aaaaaaa..bbbbbbb 160000\n--- x\n+++ x\n@@ -1 +1 @@\n-Subproject commit ${a}\n+Subproject commit ${b}\n`

t.test('a submodule that a patch moves, adds or takes away is named', async t => {
  for (const [patch, name] of [
    [moved('a/libs/inner b/libs/inner'), 'libs/inner'],
    [moved('a/with blank b/with blank'), 'with blank'],
    [moved('"a/\\303\\244" "b/\\303\\244"'), '\\303\\244'],
    [moved('inner inner'), 'inner'],
    [moved('a/inner b/inner').replaceAll('\n', '\r\n'), 'inner'],
    [`diff --git a/x b/x\nnew file mode 160000\nindex 0000000..aaaaaaa\n`, 'x'],
    [`diff --git a/x b/x\ndeleted file mode 160000\nindex aaaaaaa..0000000\n`, 'x'],
    [`diff --git a/x b/x\nold mode 100644\nnew mode 160000\n`, 'x'],
    [`diff --git a/x b/y\nsimilarity index 100%\nold mode 160000\nrename from x\nrename to y\n`, 'a/x b/y'],
  ] as const)
    t.equal(submoduleInPatch(patch), name, patch)
})

t.test('what only looks like it is none', async t => {
  const inner = moved('a/x b/x').replace(/^/gm, '+').replace(/\+$/, '')
  for (const patch of [
    '',
    'index aaaaaaa..bbbbbbb 160000\n',
    `diff --git a/p b/p\nnew file mode 100644\n--- /dev/null\n+++ b/p\n@@ -0,0 +1,7 @@\n${inner}`,
    `diff --git a/p b/p\nindex aaaaaaa..bbbbbbb 100644\n--- a/p\n+++ b/p\n@@ -1 +1 @@\n-160000\n+index a..b 160000\n`,
  ])
    t.equal(submoduleInPatch(patch), undefined, patch)
})
