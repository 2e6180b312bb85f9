# Certificates and kubeconfigs of one control plane; sourced by up and user.

authority() { # authority DIR
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=control-plane \
    -keyout "$1/pki/ca.key" -out "$1/pki/ca.crt" 2>/dev/null
}

certificate() { # certificate DIR NAME SUBJECT [ALTERNATIVE-NAMES]
  local dir=$1/pki name=$2 subject=$3 also=${4:-}
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$subject" \
    -keyout "$dir/$name.key" -out "$dir/$name.csr" 2>/dev/null
  openssl x509 -req -in "$dir/$name.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 30 \
    -extfile <(echo "extendedKeyUsage=serverAuth,clientAuth${also:+
subjectAltName=$also}") -out "$dir/$name.crt" 2>/dev/null
}

kubeconfig() { # kubeconfig DIR NAME FILE: of the user whose certificate has that name
  local pki=$1/pki
  cat >"$3" <<END
apiVersion: v1
kind: Config
current-context: control-plane
contexts: [{name: control-plane, context: {cluster: control-plane, user: $2}}]
clusters: [{name: control-plane, cluster: {server: "$(<"$1/server")", certificate-authority-data: $(base64 -w0 "$pki/ca.crt")}}]
users: [{name: $2, user: {client-certificate-data: $(base64 -w0 "$pki/$2.crt"), client-key-data: $(base64 -w0 "$pki/$2.key")}}]
END
}
