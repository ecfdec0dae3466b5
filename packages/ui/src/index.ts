import './style.css'

export { default as SButton } from './button/SButton.vue'
