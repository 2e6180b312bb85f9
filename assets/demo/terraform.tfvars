mlflow_vars = {
  uid = "1000"
  gid = "1000"
  artifact_store = {
    bucket_name = "mlflow-artifacts"
  }
  path = {
    root = "/d/k8s/volumes/mlflow/"
    directories = {
      logs = "logs",
      packages = "packages"
    }
  }
  pgsql = {
    database = "mlflow"
  }
  prod = {
    port_external = "30500"
  }
  stg = {
    port_external = "30501"
  }
  dev = {
    port_external = "30502"
  }
}

mlflow_secrets = {
  prod = {
    username = "admin"
    password = "your-secure-password"
    pgsql = {
      username = "mlflow_user"
      password = "your-secure-db-password"
    }
  }
  stg = {
    username = "admin"
    password = "your-secure-password"
    pgsql = {
      username = "mlflow_user"
      password = "your-secure-db-password"
    }
  }
  dev = {
    username = "admin"
    password = "your-secure-password"
    pgsql = {
      username = "mlflow_user"
      password = "your-secure-db-password"
    }
  }
}
