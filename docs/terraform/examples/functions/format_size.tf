output "size" {
  value = provider::cinderkit::format_size(1536) # 1.5 TiB
}
