import t from 'tap'
import { newPassword, passwordFault, resemblesName } from '../../../services/contract/password.ts'

t.test('what may be a password', t => {
  for (const password of [
    'correct-horse-7-battery',
    'twelve chars',
    'пароль на кириллице',
    '🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧',
    'x'.repeat(500) + 'abcdefg'.repeat(74),
    'my password is long',
    'summer-in-april',
  ])
    t.equal(passwordFault(password), undefined, password.slice(0, 40))
  t.end()
})

t.test('what may not', t => {
  for (const [password, reason] of [
    ['eleven char', /at least 12/],
    ['🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔', /at least 12/],
    ['ﬁﬁﬁﬁﬁ', /at least 12/], // ligatures: ten letters by NFKC
    [`${'abcdefgh'.repeat(128)}x`, /at most 1024/],
    ['aaaaaaaaaaaaaaaa', /over and over/],
    ['ababababababcd', /over and over/],
    ['password1234', /tries first/],
    ['P@ssw0rd!2026', /tries first/],
    ['Passw0rdpassword', /tries first/],
    ['correct horse battery staple', /tries first/],
    ['qwertyuiop[]', /tries first/],
    ['1234567890123', /tries first/],
    ['Summer2026!!', /tries first/],
    ['monkey123456', /tries first/],
    ['AdminAdmin2026', /tries first/],
    [`${'\ud800'}abcdefghijklmnop`, /surrogate/],
  ] as const)
    t.match(passwordFault(password) ?? '', reason, password.slice(0, 40))
  t.match(newPassword.safeParse('x').error?.issues[0]?.message, /at least 12/)
  t.end()
})

t.test('a name is no password', t => {
  for (const [password, name, is] of [
    ['maria.smith1234', 'maria.smith', true],
    ['MARIA.smithMaria.Smith', 'maria.smith', true],
    ['maria.smith and her dog', 'maria.smith', false],
    ['a savannah at night', 'anna', false],
  ] as const)
    t.equal(resemblesName(password, name), is, password)
  t.end()
})
