//! Why there was no contact: the errors of the client library, of TLS and of the system, in words.
//!
//! Only recognised signs go on: the texts themselves may hold commands, tokens and output of credential plugins.

use std::error::Error;
use std::io::ErrorKind;

use kube::client::AuthError;

use super::refusal::Tried;

type Reason = (&'static str, Tried);

/// The reason inside an error and its sources, and whether it may pass.
pub(super) fn contact(error: &kube::Error) -> Reason {
    let mut chain: Vec<&(dyn Error + 'static)> = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = next {
        chain.push(inner);
        next = inner.source();
    }
    // A plugin's output is part of its error's text: nothing may be read from it.
    if let Some(found) = chain.iter().find_map(|error| error.downcast_ref::<AuthError>()) {
        return credentials(found);
    }
    let texts: Vec<String> = chain.iter().map(|error| error.to_string().to_lowercase()).collect();
    let sign = |table: &[(&str, &'static str, Tried)]| {
        table
            .iter()
            .find(|(sign, _, _)| texts.iter().any(|text| text.contains(sign)))
            .map(|(_, why, tried)| (*why, *tried))
    };
    let by_system = || chain.iter().find_map(|error| system(error.downcast_ref::<std::io::Error>()?.kind()));
    sign(&TLS)
        .or_else(by_system)
        .or_else(|| sign(&WAY))
        .unwrap_or(("the connection did not come about", Tried::Connection))
}

fn credentials(error: &AuthError) -> Reason {
    let why = match error {
        AuthError::AuthExecStart(_) => "the credential plugin of this context cannot be started",
        AuthError::AuthExecRun { .. }
        | AuthError::AuthExecParse(_)
        | AuthError::AuthExecSerialize(_)
        | AuthError::AuthExec(_)
        | AuthError::ExecPluginFailed
        | AuthError::MissingCommand
        | AuthError::ExecMissingClusterInfo => "the credential plugin of this context did not give a token",
        AuthError::ReadTokenFile(..) => "the token file of this context cannot be read",
        _ => "the credentials of this context cannot be used",
    };
    (why, Tried::Setup)
}

fn system(kind: ErrorKind) -> Option<Reason> {
    Some(match kind {
        ErrorKind::ConnectionRefused => ("the connection was refused", Tried::Connection),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => ("the connection was reset", Tried::Connection),
        ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => ("the connection was closed", Tried::Connection),
        ErrorKind::TimedOut => ("the connection did not come about in time", Tried::Deadline),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => ("the network is unreachable", Tried::Deadline),
        _ => return None,
    })
}

/// Signs in the texts of rustls, the more exact ones first. What the server says of our certificate is an alert; what we
/// say of its certificate is "invalid peer certificate".
const TLS: [(&str, &str, Tried); 15] = [
    ("alert: certificateexpired", "the client certificate of this context has expired", Tried::Setup),
    ("alert: certificaterequired", "the server wants a client certificate, and this context has none", Tried::Setup),
    ("alert: badcertificate", "the server does not accept the client certificate of this context", Tried::Setup),
    ("alert: certificateunknown", "the server does not accept the client certificate of this context", Tried::Setup),
    ("alert: unknownca", "the server does not accept the client certificate of this context", Tried::Setup),
    ("received fatal alert", "the server ended the TLS handshake", Tried::Setup),
    ("unsupportedcertversion", "a certificate is of the old X.509 version 1, which is not supported", Tried::Setup),
    ("certificate expired", "the server's certificate has expired", Tried::Setup),
    ("certificate: expired", "the server's certificate has expired", Tried::Setup),
    ("not valid yet", "the server's certificate is not valid yet, or this machine's clock is wrong", Tried::Setup),
    ("not valid for name", "the server's certificate is for another name", Tried::Setup),
    ("notvalidforname", "the server's certificate is for another name", Tried::Setup),
    ("unknownissuer", "the server's certificate is signed by an authority this context does not know", Tried::Setup),
    ("invalid peer certificate", "the server's certificate is not accepted", Tried::Setup),
    ("received corrupt message", "what answers there does not speak TLS", Tried::Setup),
];

/// Signs in the texts of hyper and kube, on the way to the server.
const WAY: [(&str, &str, Tried); 8] = [
    ("dns error", "the server's name cannot be resolved", Tried::Setup),
    ("failed to lookup address", "the server's name cannot be resolved", Tried::Setup),
    ("tunnel error", "the proxy did not let the connection through", Tried::Setup),
    ("configured proxy", "the proxy of this context cannot be used", Tried::Setup),
    ("certificate", "a certificate of this context cannot be used", Tried::Setup),
    ("network unreachable", "the network is unreachable", Tried::Deadline),
    ("connection closed", "the connection was closed", Tried::Connection),
    ("timed out", "the connection did not come about in time", Tried::Deadline),
];
