use std::io::BufRead;
use std::process::Command;
use std::sync::{Arc, Barrier};
use std::time::Duration;

fn total_of(prices: &[i32]) -> i32 {
    let mut total = 0;
    for price in prices.iter().copied() {
        total += price; // mark: add
    }
    total // mark: total
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
    (name.len() == huge.len()) as i32 // mark: text
}

fn fails() -> i32 {
    let nowhere: Option<i32> = None;
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
        _ => 99,
    };
    std::process::exit(code);
}
