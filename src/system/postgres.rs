//! A PostgreSQL role: its password changed, and a login with it.
//!
//! The server is given a verifier and never the password, so neither its log nor anybody who reads the statement learns
//! it (<https://www.postgresql.org/docs/current/sql-alterrole.html>).

use std::time::Duration;

use postgres_protocol::escape::{escape_identifier, escape_literal};
use postgres_protocol::password::scram_sha_256;
use tokio_postgres::error::{Error, SqlState};
use tokio_postgres::{Client, Config};

use super::{Encryption, Reply};
use crate::object::clean;
use crate::secret::Secret;

/// How long a connection and a statement may take each.
const PATIENCE: Duration = Duration::from_secs(5);

/// A role of a database server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The server's host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The database the role signs in to.
    pub database: String,
    /// The role.
    pub name: String,
    /// How the line to it is encrypted.
    pub encryption: Encryption,
}

/// What the server keeps of a password: enough to check a login, nothing to make one (RFC 5803).
pub fn verifier(password: &Secret) -> String {
    #[expect(clippy::disallowed_methods, reason = "the verifier is made of it, salted and hashed 4096 times")]
    password.open(|password| scram_sha_256(password.as_bytes()))
}

/// The statement that gives a role another password, with a verifier in its place.
pub fn statement(role: &str, password: &Secret) -> String {
    format!("ALTER ROLE {} PASSWORD {}", escape_identifier(role), escape_literal(&verifier(password)).trim_start())
}

impl Role {
    /// Whether the role can sign in with a password.
    pub async fn login(&self, password: &Secret) -> Reply {
        match self.connect(password).await {
            Ok(_) => Reply::Yes,
            Err(reply) => reply,
        }
    }

    /// Signs in with the current password and changes it.
    pub async fn change(&self, current: &Secret, next: &Secret) -> Reply {
        let client = match self.connect(current).await {
            Ok(client) => client,
            Err(reply) => return reply,
        };
        let statement = statement(&self.name, next);
        match tokio::time::timeout(PATIENCE, client.batch_execute(&statement)).await {
            Ok(Ok(())) => Reply::Yes,
            Ok(Err(error)) => reply(&error),
            Err(_) => Reply::Silent(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    async fn connect(&self, password: &Secret) -> Result<Client, Reply> {
        let mut config = Config::new();
        config.host(&self.host).port(self.port).dbname(&self.database).user(&self.name);
        config.application_name("landfall").connect_timeout(PATIENCE).ssl_mode(self.encryption.mode());
        let connector = self.encryption.connector();
        let connector = connector.ok_or_else(|| Reply::Silent("this machine cannot encrypt".to_owned()))?;
        #[expect(clippy::disallowed_methods, reason = "the role signs in with it")]
        password.open(|password| config.password(password));
        match tokio::time::timeout(PATIENCE * 2, config.connect(connector)).await {
            Ok(Ok((client, connection))) => {
                // It ends with the client.
                tokio::spawn(connection);
                Ok(client)
            }
            Ok(Err(error)) => Err(reply(&error)),
            Err(_) => Err(Reply::Silent(format!("no answer within {} s", PATIENCE.as_secs() * 2))),
        }
    }
}

/// What an error says; see the error codes of PostgreSQL, class 28 and 3D.
fn reply(error: &Error) -> Reply {
    let Some(told) = error.as_db_error() else {
        // It says what it was about before it says why, and nothing else tells.
        let said = error.to_string();
        let why = if said.starts_with("error performing TLS handshake") {
            "no encrypted line to the database server comes about"
        } else {
            "the database server cannot be reached from this machine"
        };
        return Reply::Silent(why.to_owned());
    };
    match *told.code() {
        SqlState::INVALID_PASSWORD => Reply::Refused,
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            Reply::Silent("the database server does not let this machine sign in in this way".to_owned())
        }
        // The login was checked before the database was looked for.
        SqlState::INVALID_CATALOG_NAME => Reply::Yes,
        _ => Reply::Other(clean(told.message())),
    }
}
