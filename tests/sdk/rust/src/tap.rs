//! Results in the form that node's runner prints too.

use std::panic;
use std::pin::Pin;
use std::sync::Mutex;

use azure_core::error::ErrorKind;

pub type Body = Pin<Box<dyn Future<Output = ()> + Send>>;

pub struct Test {
    pub sentence: &'static str,
    pub body: Body,
    pub skipped: Option<&'static str>,
}

/// `test!("a sentence", { statements })`
#[macro_export]
macro_rules! test {
    ($sentence:expr, $body:block) => {
        $crate::tap::Test { sentence: $sentence, body: Box::pin(async move { $body }), skipped: None }
    };
}

static LAST_WORDS: Mutex<String> = Mutex::new(String::new());

/// Runs the tests in their order, prints each result and tells whether all were good.
pub async fn tell(tests: Vec<Test>) -> bool {
    panic::set_hook(Box::new(|panic| *LAST_WORDS.lock().unwrap() = panic.to_string()));
    let mut good = true;
    for (index, test) in tests.into_iter().enumerate() {
        let (number, sentence) = (index + 1, test.sentence);
        if let Some(reason) = test.skipped {
            println!("ok {number} - {sentence} # SKIP {reason}");
        } else if tokio::spawn(test.body).await.is_ok() {
            println!("ok {number} - {sentence}");
        } else {
            let words = LAST_WORDS.lock().unwrap().chars().take(1000).collect::<String>();
            println!("not ok {number} - {sentence}\n  {}", words.replace('\n', "\n  "));
            good = false;
        }
    }
    good
}

/// The answer has to be the service's error with this status and code.
#[track_caller]
pub fn refused<T>(status: u16, code: &str, answer: azure_core::Result<T>) {
    let Err(error) = answer else {
        panic!("not refused with {status} {code}");
    };
    match error.kind() {
        ErrorKind::HttpResponse { status: found, error_code, .. } => {
            assert_eq!((u16::from(*found), error_code.as_deref()), (status, Some(code)));
        }
        _ => panic!("not refused with {status} {code}, but: {error}"),
    }
}
