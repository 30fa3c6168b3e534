use std::io::BufRead;
use std::os::unix::process::CommandExt;
use std::panic::catch_unwind;
use std::process::Command;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

fn total_of(prices: &[i32]) -> i32 {
    let mut total = 0;
    for price in prices.iter().copied() {
        total += price; // mark: add
    }
    // Not the value alone: that has no code of its own by compilers of 2022.
    total += 0; // mark: total
    total
}

fn basic() -> i32 {
    let prices = [1, 2, 39];
    let total = total_of(&prices); // mark: call
    println!("total {}", total); // mark: after
    3
}

fn down(n: i32) -> i32 {
    if n == 0 {
        return 0; // mark: bottom
    }
    1 + down(n - 1)
}

fn deep() -> i32 {
    down(1000) - 1000
}

fn next_of(n: i32) -> i32 {
    let next = n + 1;
    next
}

fn calls() -> i32 {
    let mut n = 0;
    while n < 200 {
        n = next_of(n);
    }
    n - 200 // mark: called
}

fn many() -> i32 {
    let mut items = [0i32; 10000];
    for n in 0..10000 {
        items[n] = 2 * n as i32;
    }
    items[1] - 2 // mark: many
}

fn text() -> i32 {
    let name = "žluť 🐎 中文";
    let huge = "x".repeat(100000);
    let délka = 7;
    (name.len() == huge.len() && délka > 0) as i32 // mark: text
}

fn fails() -> i32 {
    let nowhere: Option<i32> = None; // mark: doomed
    nowhere.unwrap() // mark: fails
}

#[inline(never)]
fn gate_size() -> i32 {
    4
}

fn threads() -> i32 {
    let gate = Arc::new(Barrier::new(4));
    let done = Arc::new(Barrier::new(4));
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (gate, done) = (gate.clone(), done.clone());
            std::thread::spawn(move || {
                gate.wait();
                done.wait();
            })
        })
        .collect();
    gate.wait();
    std::thread::sleep(Duration::from_millis(50));
    let met = gate_size(); // mark: threads
    done.wait();
    for worker in workers {
        worker.join().unwrap();
    }
    met - 4
}

fn child() -> i32 {
    Command::new("echo").arg("child").status().unwrap();
    println!("parent");
    0
}

fn echo() -> i32 {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    println!("read {}", line.trim());
    0
}

fn spin() -> i32 {
    println!("spins");
    let mut turns = 0;
    while turns >= 0 {
        turns = (turns + 1) % 1000; // mark: spin
    }
    0
}

fn dies() -> i32 {
    let pid = std::process::id().to_string();
    Command::new("kill").arg(pid).status().unwrap();
    std::thread::sleep(Duration::from_secs(10));
    0
}

extern "C" {
    fn close(fd: i32) -> i32;
    fn fork() -> i32;
    fn getppid() -> i32;
    fn ptrace(request: i64, pid: i32, address: usize, data: usize) -> i64;
    fn raise(number: i32) -> i32;
    fn setsid() -> i32;
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(code: i32) -> !;
}

const SIGUSR2: i32 = 12;

fn raises() {
    panic!("caught");
}

fn caught() -> i32 {
    let said = catch_unwind(raises); // mark: throws
    let after = said.is_ok() as i32; // mark: caught
    after
}

static HANDLED: AtomicI32 = AtomicI32::new(0);

extern "C" fn handle(number: i32) {
    HANDLED.store(number, Ordering::SeqCst);
}

fn handles() -> i32 {
    unsafe {
        signal(SIGUSR2, handle);
        raise(SIGUSR2);
    }
    println!("handled {}", (HANDLED.load(Ordering::SeqCst) == SIGUSR2) as i32);
    0
}

fn forks() -> i32 {
    let mut status = 0;
    unsafe {
        let pid = fork();
        if pid == 0 {
            _exit(total_of(&[5]));
        }
        waitpid(pid, &mut status, 0);
    }
    println!("child {}", if status & 0x7f == 0 { status >> 8 } else { -(status & 0x7f) });
    0
}

fn execs() -> i32 {
    panic!("{}", Command::new("/proc/self/exe").arg("basic").exec());
}

fn daemonizes() -> i32 {
    unsafe {
        if fork() > 0 {
            return 0;
        }
        setsid();
        if fork() == 0 {
            std::thread::sleep(Duration::from_secs(600));
        }
        _exit(0)
    }
}

fn closes() -> i32 {
    for fd in 0..3 {
        unsafe { close(fd) };
    }
    total_of(&[9])
}

const TRACEME: i64 = 0;
const ATTACH: i64 = 16;
const DETACH: i64 = 17;

fn traces() -> i32 {
    unsafe {
        let pid = fork();
        if pid == 0 {
            if ptrace(ATTACH, getppid(), 0, 0) == 0 {
                waitpid(getppid(), std::ptr::null_mut(), 0);
                ptrace(DETACH, getppid(), 0, 0);
            }
            _exit(0);
        }
        waitpid(pid, std::ptr::null_mut(), 0);
        println!("traced {}", (ptrace(TRACEME, 0, 0, 0) <= 0) as i32);
    }
    total_of(&[4])
}

fn aborts() -> i32 {
    std::process::abort()
}

fn waits() -> i32 {
    println!("waits");
    std::thread::sleep(Duration::from_secs(600));
    0
}

fn leave() -> i32 {
    std::env::args().nth(2).unwrap().parse().unwrap()
}

fn main() {
    let name = std::env::args().nth(1).unwrap();
    let code = match name.as_str() {
        "basic" => basic(),
        "deep" => deep(),
        "many" => many(),
        "text" => text(),
        "fails" => fails(),
        "threads" => threads(),
        "child" => child(),
        "echo" => echo(),
        "spin" => spin(),
        "dies" => dies(),
        "waits" => waits(),
        "leave" => leave(),
        "calls" => calls(),
        "caught" => caught(),
        "handles" => handles(),
        "forks" => forks(),
        "execs" => execs(),
        "daemonizes" => daemonizes(),
        "closes" => closes(),
        "traces" => traces(),
        "aborts" => aborts(),
        _ => 99,
    };
    std::process::exit(code);
}
