//! What stands before every route: limits on size and time, the host that was asked for, and the headers of every answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{Kind, Problem};
use crate::service::App;

/// Longest path with query, in bytes.
pub(crate) const MAX_URI: usize = 2048;

/// Largest body, in bytes.
pub(crate) const MAX_BODY: u64 = 64 * 1024;

/// Longest time until an answer begins, where nothing else is said.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);

/// Lets a request through to its route, or refuses it.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match refuse(request.uri(), request.headers()) {
        Err(problem) => problem.into_response(),
        Ok(()) => tokio::time::timeout(app.timeout, next.run(request))
            .await
            .unwrap_or_else(|_| Problem::new(Kind::Timeout).into_response()),
    };
    app.metrics.count(response.status().as_u16());
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn refuse(uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let length = uri.path_and_query().map_or(0, |sent| sent.as_str().len());
    if length > MAX_URI {
        return Err(Problem::new(Kind::QueryTooLong)
            .with("limit", MAX_URI)
            .detail(format!("{length} bytes"), format!("{length} 字节")));
    }
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(Problem::new(Kind::BodyTooLarge).with("limit", MAX_BODY));
    }
    // A web page can make its own host name lead to this machine and have a browser ask here in its name; the host that
    // the browser then sends gives it away.
    let host = uri.authority().map(Authority::as_str);
    let sent = headers.get_all(header::HOST).iter().map(HeaderValue::to_str);
    if host.map(Ok).into_iter().chain(sent).any(|host| !host.is_ok_and(is_own)) {
        return Err(Problem::new(Kind::ForeignHost).detail(
            "ask by localhost or 127.0.0.1; a proxy must send such a host",
            "请使用 localhost 或 127.0.0.1；代理也须发送这样的主机名",
        ));
    }
    Ok(())
}

/// Whether a host, with or without a port, is a name or an address of this machine only.
fn is_own(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    let address = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for own in [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:8080",
            "127.3.2.1",
        ] {
            assert!(is_own(own), "{own}");
        }
        for foreign in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:80",
            "10.0.0.1",
            "[::2]",
            ":80",
        ] {
            assert!(!is_own(foreign), "{foreign}");
        }
    }
}
