# The secret comes from TF_VAR_storage_secret, and is kept nowhere.
variable "storage_secret" {
  type      = string
  sensitive = true
}

provider "cinderkit" {
  endpoint                      = "https://cloud.example.com:5000/v3"
  application_credential_id     = "1f4c3c2d0c5d4f1f8a5e4f7b6a9d0e21"
  application_credential_secret = var.storage_secret
}
