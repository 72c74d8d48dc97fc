//! Problem documents: every error of the service, RFC 9457, in English and Chinese.
//!
//! Laws: a kind's name and status never change; no value that was sent is repeated.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// What can be wrong with a request, or with the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    NoSuchRoute,
    MethodNotAllowed,
    MalformedId,
    NeverIssued,
    NotThen,
    Retired,
    UnknownCode,
    UnknownCursor,
    UnknownRequest,
    UnknownParameter,
    RepeatedParameter,
    MissingParameter,
    BadParameter,
    QueryTooLong,
    BodyTooLarge,
    NotJson,
    BadRecord,
    UnknownElement,
    IndexUnavailable,
    ForeignHost,
    Timeout,
    StoreUnavailable,
    Failed,
}

impl Kind {
    /// Name, status, title in English and in Chinese.
    fn row(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::NoSuchRoute => ("no-such-route", S::NOT_FOUND, "There is no such route", "没有该接口"),
            Self::MethodNotAllowed => (
                "method-not-allowed",
                S::METHOD_NOT_ALLOWED,
                "The route does not know this method",
                "该接口不支持此方法",
            ),
            Self::MalformedId => (
                "malformed-id",
                S::BAD_REQUEST,
                "This is not a global ID",
                "不是全局编码",
            ),
            Self::NeverIssued => (
                "never-issued",
                S::NOT_FOUND,
                "The ID was never issued",
                "该编码从未发放",
            ),
            Self::NotThen => (
                "not-then",
                S::NOT_FOUND,
                "There was no golden record under the ID at that time",
                "该编码在该时间没有黄金记录",
            ),
            Self::Retired => (
                "retired",
                S::GONE,
                "The golden record has ended without a successor",
                "该黄金记录已停用，且无替代记录",
            ),
            Self::UnknownCode => (
                "unknown-code",
                S::NOT_FOUND,
                "The system's code leads to no golden record",
                "该系统编码没有对应的黄金记录",
            ),
            Self::UnknownCursor => (
                "unknown-cursor",
                S::GONE,
                "The change feed does not reach as far as the cursor",
                "变更流中没有该游标位置",
            ),
            Self::UnknownRequest => (
                "unknown-request",
                S::NOT_FOUND,
                "There is no change request of this number",
                "没有该编号的变更申请",
            ),
            Self::UnknownParameter => (
                "unknown-parameter",
                S::BAD_REQUEST,
                "The route does not know a query parameter",
                "存在未知的查询参数",
            ),
            Self::RepeatedParameter => (
                "repeated-parameter",
                S::BAD_REQUEST,
                "A query parameter occurs twice",
                "查询参数重复",
            ),
            Self::MissingParameter => (
                "missing-parameter",
                S::BAD_REQUEST,
                "A query parameter is missing",
                "缺少查询参数",
            ),
            Self::BadParameter => (
                "bad-parameter",
                S::BAD_REQUEST,
                "A query parameter has a value that it cannot have",
                "查询参数的值无效",
            ),
            Self::QueryTooLong => (
                "query-too-long",
                S::URI_TOO_LONG,
                "The address is too long",
                "请求地址过长",
            ),
            Self::BodyTooLarge => (
                "body-too-large",
                S::PAYLOAD_TOO_LARGE,
                "The body is too large",
                "请求体过大",
            ),
            Self::NotJson => (
                "not-json",
                S::UNSUPPORTED_MEDIA_TYPE,
                "The body must be of the type application/json",
                "请求体的类型应为 application/json",
            ),
            Self::BadRecord => (
                "bad-record",
                S::BAD_REQUEST,
                "The body is no record that can be looked for",
                "请求体不是可以查找的记录",
            ),
            Self::UnknownElement => (
                "unknown-element",
                S::BAD_REQUEST,
                "A value is of no data element",
                "存在未知的数据元",
            ),
            Self::IndexUnavailable => (
                "index-unavailable",
                S::SERVICE_UNAVAILABLE,
                "There is no index to look in",
                "没有可用的查找索引",
            ),
            Self::ForeignHost => (
                "foreign-host",
                S::MISDIRECTED_REQUEST,
                "The service answers on this machine's own names only",
                "本服务只应答本机地址",
            ),
            Self::Timeout => (
                "timeout",
                S::SERVICE_UNAVAILABLE,
                "The answer took too long",
                "应答超时",
            ),
            Self::StoreUnavailable => (
                "store-unavailable",
                S::SERVICE_UNAVAILABLE,
                "The store does not answer",
                "黄金记录库无应答",
            ),
            Self::Failed => ("failed", S::INTERNAL_SERVER_ERROR, "The service failed", "服务内部错误"),
        }
    }
}

/// One problem document.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    kind: Kind,
    members: Map<String, Value>,
}

impl Problem {
    pub(crate) fn new(kind: Kind) -> Self {
        let (name, status, title, title_zh) = kind.row();
        let members = [
            ("type", format!("urn:guiyi:problem:{name}").into()),
            ("status", status.as_u16().into()),
            ("title", title.into()),
            ("title_zh", title_zh.into()),
        ];
        Self {
            kind,
            members: members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        }
    }

    /// Says what is wrong this time.
    pub(crate) fn detail(self, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        self.with("detail", english.into()).with("detail_zh", chinese.into())
    }

    /// Adds a member of the document.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.row().1;
        let mut response = (status, Value::Object(self.members).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
